import "@xyflow/react/dist/style.css";
import dagre from "@dagrejs/dagre";
import { Box, Typography, useTheme } from "@mui/material";
import { type Edge, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import { useTranslate } from "react-admin";
import { type Draft, summaryOf } from "./draft.ts";
import type { Trial } from "./trial.ts";

const WIDTH = 220;
const HEIGHT = 58;
const GAP = 26;

type Card = Node<{ title: string; text: string; rows: string; tone: "end" | "step" | "wrong" }>;

function CardNode({ data }: NodeProps<Card>) {
  const border = data.tone === "wrong" ? "error.main" : data.tone === "end" ? "primary.main" : "divider";
  return (
    <Box
      sx={{
        width: WIDTH,
        height: HEIGHT,
        px: 1.25,
        py: 0.75,
        borderRadius: 1,
        border: data.tone === "step" ? 1 : 2,
        borderColor: border,
        bgcolor: "background.paper",
        color: "text.primary",
      }}
    >
      <Handle type="target" position={Position.Top} isConnectable={false} style={{ opacity: 0 }} />
      <Box sx={{ display: "flex", justifyContent: "space-between", gap: 1 }}>
        <Typography variant="body2" noWrap sx={{ fontWeight: 650 }}>
          {data.title}
        </Typography>
        <Typography variant="caption" color="textSecondary" noWrap sx={{ flexShrink: 0 }}>
          {data.rows}
        </Typography>
      </Box>
      <Typography variant="caption" color="textSecondary" noWrap component="p">
        {data.text}
      </Typography>
      <Handle type="source" position={Position.Bottom} isConnectable={false} style={{ opacity: 0 }} />
    </Box>
  );
}

const nodeTypes = { card: CardNode };

function useCards(draft: Draft, trial: Trial | null) {
  const translate = useTranslate();
  return useMemo(() => {
    const cards: Omit<Card, "position">[] = [];
    const edges: Edge[] = [];
    const card = (id: string, title: string, text: string, rows: string, tone: Card["data"]["tone"]) =>
      cards.push({ id, type: "card", data: { title, text, rows, tone } });
    const edge = (source: string, target: string, dashed = false) =>
      edges.push({
        id: `${source}-${target}`,
        source,
        target,
        type: "smoothstep",
        markerEnd: { type: MarkerType.ArrowClosed },
        ...(dashed ? { style: { strokeDasharray: "4 3" } } : {}),
      });
    const rowsOf = (place: number) => {
      const step = trial?.steps.find(({ position }) => position === place);
      if (!step) return "";
      return place === 0 || step.rowsIn === step.rowsOut
        ? String(step.rowsOut)
        : `${step.rowsIn} → ${step.rowsOut}`;
    };
    const word = (key: string) => translate(`app.ingest.pipeline.${key}`);
    const wrong = (place: number) => trial?.error?.step === place;
    let before = "input";
    if (draft.kind === "model") card("input", "SQL", draft.sql.replace(/\s+/g, " "), rowsOf(0), "step");
    else {
      const named = draft.input.kind === "file" ? word("from_file") : draft.input.name;
      card("input", word("input"), named, rowsOf(0), wrong(0) ? "wrong" : "end");
      draft.steps.forEach((step, index) => {
        const place = index + 1;
        card(
          step.id,
          `${place}. ${word(`kinds.${step.kind}`)}`,
          summaryOf(step),
          rowsOf(place),
          wrong(place) ? "wrong" : "step",
        );
        edge(before, step.id);
        before = step.id;
        const other = step.options.dataset;
        if (step.kind === "join" && other) {
          card(`${step.id}-with`, word("dataset"), other, "", "end");
          edge(`${step.id}-with`, step.id, true);
        }
        if (step.kind === "split" && step.options.what !== "field" && other) {
          card(`${step.id}-out`, word("second"), other, "", "end");
          edge(step.id, `${step.id}-out`, true);
        }
      });
    }
    const written = trial?.outputs.find(({ step }) => step === null);
    card("output", word("output"), draft.output.dataset, written ? String(written.rows) : "", "end");
    edge(before, "output");
    return { cards, edges };
  }, [draft, trial, translate]);
}

function place(cards: Omit<Card, "position">[], edges: Edge[]): { nodes: Card[]; height: number } {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "TB", nodesep: GAP, ranksep: GAP });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of cards) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { source, target } of edges) graph.setEdge(source, target);
  dagre.layout(graph);
  const nodes = cards.map((card) => {
    const { x, y } = graph.node(card.id);
    return { ...card, position: { x: x - WIDTH / 2, y: y - HEIGHT / 2 } } as Card;
  });
  return { nodes, height: graph.graph().height ?? 0 };
}

const LEAST_HEIGHT = 200;
const MOST_HEIGHT = 720;
const AROUND = 24;

/** The way of the rows as a picture. Everything that it says is in the form beside it as well. */
export default function Graph({ draft, trial }: { draft: Draft; trial: Trial | null }) {
  const translate = useTranslate();
  const mode = useTheme().palette.mode;
  const { cards, edges } = useCards(draft, trial);
  const { nodes, height } = useMemo(() => place(cards, edges), [cards, edges]);
  const told = nodes
    .map(({ data }) => [data.title, data.text, data.rows].filter(Boolean).join(" "))
    .join("; ");
  return (
    <Box
      role="img"
      aria-label={`${translate("app.ingest.pipeline.graph")}: ${told}`}
      sx={{
        height: Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, height + 2 * AROUND)),
        "& .react-flow": { bgcolor: "transparent" },
      }}
    >
      <ReactFlow
        key={nodes.map(({ id }) => id).join(" ")}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        colorMode={mode}
        fitView
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        minZoom={0.2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        disableKeyboardA11y
        // A picture has no links within it.
        proOptions={{ hideAttribution: true }}
      />
    </Box>
  );
}
