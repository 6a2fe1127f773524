import { Box, Button, Paper, Typography, useTheme } from "@mui/material";
import { Background, Controls, Handle, type Node, type NodeProps, Position, ReactFlow } from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { createContext, useContext, useMemo } from "react";
import { useTranslate } from "react-admin";
import { HEIGHT, type PlaceData, placeGraph, WIDTH } from "./layout.ts";
import type { Edge } from "./useLineage.ts";

interface Opening {
  opened: string[];
  open(name: string): void;
}

const OpeningContext = createContext<Opening>({ opened: [], open: () => undefined });
/** A file's neighbours are the dataset that is shown already. */
const CLOSED = new Set(["file", "run"]);

function Place({ data }: NodeProps<Node<PlaceData>>) {
  const translate = useTranslate();
  const { opened, open } = useContext(OpeningContext);
  const canOpen = !CLOSED.has(data.kind) && !opened.includes(data.name);
  return (
    <Paper variant="outlined" sx={{ width: WIDTH, height: HEIGHT, px: 1, py: 0.5, overflow: "hidden" }}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Typography variant="caption" color="textSecondary" component="div" noWrap>
        {translate(`app.lineage.kind.${data.kind}`)}
      </Typography>
      <Typography variant="body2" noWrap title={data.name} sx={{ fontWeight: 600 }}>
        {data.name}
      </Typography>
      {canOpen ? (
        <Button
          size="small"
          sx={{ p: 0, minWidth: 0 }}
          onClick={() => open(data.name)}
          aria-label={translate("app.lineage.expand_one", { name: data.name })}
        >
          {translate("app.lineage.expand")}
        </Button>
      ) : (
        <Typography variant="caption" component="div" noWrap title={data.columns.join(", ")}>
          {data.columns.join(", ")}
        </Typography>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </Paper>
  );
}

const NODE_TYPES = { place: Place };

interface Props extends Opening {
  edges: Edge[];
  start: { kind: string; name: string };
}

/** The picture; the table beside it says the same in words. */
export default function Graph({ edges, start, opened, open }: Props) {
  const translate = useTranslate();
  const { palette } = useTheme();
  const placed = useMemo(() => placeGraph(edges, start), [edges, start]);
  const opening = useMemo(() => ({ opened, open }), [opened, open]);
  return (
    <OpeningContext.Provider value={opening}>
      <Box
        sx={{ height: 480, "& .react-flow": { bgcolor: "transparent" } }}
        role="group"
        aria-label={translate("app.lineage.graph")}
      >
        <ReactFlow
          key={placed.nodes.map((node) => node.id).join()}
          nodes={placed.nodes}
          edges={placed.edges}
          nodeTypes={NODE_TYPES}
          colorMode={palette.mode}
          fitView
          minZoom={0.1}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          proOptions={{ hideAttribution: true }}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </Box>
    </OpeningContext.Provider>
  );
}
