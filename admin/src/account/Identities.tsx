import LinkIcon from "@mui/icons-material/LinkOutlined";
import { Alert, Box, Button, List, ListItem, ListItemIcon, ListItemText, Typography } from "@mui/material";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";
import { useSession } from "../layout/useSession.ts";
import { call, graphql } from "../providers/http.ts";
import { Confirm } from "./Confirm.tsx";
import { useAct } from "./useAct.ts";

const MAX_LINKED = 100;
const KEY = ["identities"];
const OUTCOMES = ["linked", "taken", "domain", "full"];

interface Linked {
  id: string;
  providerId: string;
  email: string;
  createdAt: string;
  lastUsedAt: string | null;
  provider: { title: string } | null;
}
interface Provider {
  address: string;
  title: string;
}

async function readLinked(): Promise<Linked[]> {
  const { list } = await graphql<{ list: { nodes: Linked[] } }>(
    "platform",
    `query Linked($first: Int) { list: linkedIdentities(first: $first) {
       nodes { id providerId email createdAt lastUsedAt provider { title } } } }`,
    { first: MAX_LINKED },
  );
  return list.nodes;
}

const readProviders = (org: string): Promise<{ providers: Provider[] }> =>
  call(`/auth/providers${org ? `?org=${encodeURIComponent(org)}` : ""}`);

function LinkedList({ linked, onLeave }: { linked: Linked[]; onLeave: (one: Linked) => void }) {
  const translate = useTranslate();
  return (
    <List disablePadding>
      {linked.map((one) => (
        <ListItem key={one.id} divider sx={{ gap: 1 }}>
          <ListItemIcon sx={{ minWidth: 40 }}>
            <LinkIcon color="primary" />
          </ListItemIcon>
          <ListItemText
            primary={one.provider?.title ?? translate("app.account.identity.provider")}
            secondary={
              <>
                {one.email} · {translate("app.account.identity.since")} <Ago at={one.createdAt} />
              </>
            }
          />
          <Button color="error" onClick={() => onLeave(one)}>
            {translate("app.account.identity.unlink")}
          </Button>
        </ListItem>
      ))}
    </List>
  );
}

/** Accounts at identity providers with which one signs in here. */
export function Identities() {
  const translate = useTranslate();
  const client = useQueryClient();
  const [query] = useSearchParams();
  const org = useSession()?.org?.slug ?? "";
  const { data: linked = [] } = useQuery({ queryKey: KEY, queryFn: readLinked });
  const { data } = useQuery({ queryKey: ["providers", "own", org], queryFn: () => readProviders(org) });
  const [leaving, setLeaving] = useState<Linked | null>(null);
  const link = useAct(async (provider: Provider) => {
    const { redirectTo } = await call<{ redirectTo: string }>(
      `/auth/oidc/${encodeURIComponent(provider.address)}/link`,
      { returnPath: "/account/security" },
    );
    window.location.assign(redirectTo);
  });
  const outcome = OUTCOMES.find((one) => one === query.get("link"));
  const free = data?.providers ?? [];
  return (
    <Section
      title={translate("app.account.identity.title")}
      hint={translate("app.account.identity.hint")}
      flush
    >
      {outcome && (
        <Box sx={{ px: 2, pb: 1 }}>
          <Alert severity={outcome === "linked" ? "success" : "error"}>
            {translate(`app.account.identity.${outcome}`)}
          </Alert>
        </Box>
      )}
      {link.problem && (
        <Box sx={{ px: 2, pb: 1 }}>
          <ProblemAlert problem={link.problem} />
        </Box>
      )}
      {linked.length > 0 && <LinkedList linked={linked} onLeave={setLeaving} />}
      <Box sx={{ px: 2, py: 1.5, display: "flex", gap: 1, flexWrap: "wrap" }}>
        {linked.length === 0 && free.length === 0 && (
          <Typography color="textSecondary">{translate("app.account.identity.none")}</Typography>
        )}
        {free.map((provider) => (
          <Button
            key={provider.address}
            variant="outlined"
            startIcon={<LinkIcon />}
            disabled={link.busy}
            onClick={() => link.act(provider)}
          >
            {translate("app.account.identity.link", { name: provider.title })}
          </Button>
        ))}
      </Box>
      {leaving && (
        <Confirm
          title={translate("app.account.identity.unlink")}
          text={translate("app.account.identity.unlink_text", {
            name: leaving.provider?.title ?? leaving.email,
          })}
          submit={translate("app.account.identity.unlink")}
          work={async () => {
            await graphql(
              "platform",
              "mutation Unlink($id: UUID!) { unlinkIdentity(input: { id: $id }) { result } }",
              { id: leaving.id },
            );
            await client.invalidateQueries({ queryKey: KEY });
          }}
          onClose={() => setLeaving(null)}
        />
      )}
    </Section>
  );
}
