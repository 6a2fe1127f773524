import { Box, Button, TextField, Typography } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import { change, useChange } from "../access/api.ts";
import { personName, usePeopleById } from "../access/usePeople.ts";
import { Ago } from "../components/Figures.tsx";
import { ProblemAlert } from "../components/ProblemAlert.tsx";
import { Section } from "../components/Section.tsx";

export interface Comment {
  id: string;
  authorId: string | null;
  body: string;
  createdAt: string;
}

const MAX_LENGTH = 4000;

interface Props {
  incidentId: string;
  comments: Comment[];
  mayComment: boolean;
}

/** What people said to it, oldest first, and the way to say something. */
export function Comments({ incidentId, comments, mayComment }: Props) {
  const translate = useTranslate();
  const people = usePeopleById(comments.map(({ authorId }) => authorId));
  const [text, setText] = useState("");
  const say = useChange(async () => {
    await change("changeIncident", { incidentId, comment: text });
    setText("");
  }, "app.incident.said");
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") void say.act();
  };
  return (
    <Section title={translate("app.incident.comments")}>
      {comments.length === 0 && (
        <Typography color="textSecondary">{translate("app.incident.nothing_said")}</Typography>
      )}
      <Box component="ol" sx={{ listStyle: "none", m: 0, p: 0 }}>
        {comments.map(({ id, authorId, body, createdAt }) => (
          <Box component="li" key={id} sx={{ py: 1, borderBottom: 1, borderColor: "divider" }}>
            <Typography variant="body2" color="textSecondary">
              <Box component="span" sx={{ fontWeight: 650, color: "text.primary" }}>
                {personName(people.get(authorId ?? ""), authorId)}
              </Box>{" "}
              · <Ago at={createdAt} />
            </Typography>
            <Typography sx={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{body}</Typography>
          </Box>
        ))}
      </Box>
      {mayComment && (
        <Box component="form" onSubmit={send} sx={{ mt: 1 }}>
          {say.problem && <ProblemAlert problem={say.problem} />}
          <TextField
            label={translate("app.incident.comment")}
            value={text}
            onChange={(event) => setText(event.target.value)}
            multiline
            minRows={2}
            maxRows={10}
            slotProps={{ htmlInput: { maxLength: MAX_LENGTH } }}
          />
          <Button type="submit" variant="outlined" loading={say.busy} disabled={text.trim() === ""}>
            {translate("app.incident.say")}
          </Button>
        </Box>
      )}
    </Section>
  );
}
