/** Places what is connected from left to right: what something is made from stands left of it. */
import dagre from "@dagrejs/dagre";
import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import type { Edge } from "./useLineage.ts";

export const WIDTH = 210;
export const HEIGHT = 72;

export interface PlaceData extends Record<string, unknown> {
  kind: string;
  name: string;
  columns: string[];
}

const idOf = (kind: string, name: string): string => `${kind}:${name}`;

export function placeGraph(
  edges: Edge[],
  start: { kind: string; name: string },
): { nodes: FlowNode<PlaceData>[]; edges: FlowEdge[] } {
  const places = new Map<string, PlaceData>();
  const note = (kind: string, name: string, column: string): string => {
    const id = idOf(kind, name);
    const place = places.get(id) ?? { kind, name, columns: [] };
    if (column && !place.columns.includes(column)) place.columns.push(column);
    places.set(id, place);
    return id;
  };
  note(start.kind, start.name, "");
  const pairs = new Map<string, { source: string; target: string; count: number }>();
  for (const edge of edges) {
    const source = note(edge.fromKind, edge.fromName, edge.fromColumn);
    const target = note(edge.toKind, edge.toName, edge.toColumn);
    const pair = pairs.get(`${source}>${target}`) ?? { source, target, count: 0 };
    pair.count += 1;
    pairs.set(`${source}>${target}`, pair);
  }
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 24, ranksep: 80 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of places.keys()) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { source, target } of pairs.values()) if (source !== target) graph.setEdge(source, target);
  dagre.layout(graph);
  const nodes = [...places].map(([id, data]) => {
    const { x, y } = graph.node(id) as { x: number; y: number };
    return {
      id,
      type: "place",
      data,
      position: { x: x - WIDTH / 2, y: y - HEIGHT / 2 },
      width: WIDTH,
      height: HEIGHT,
    };
  });
  return {
    nodes,
    edges: [...pairs].map(([id, pair]) => ({
      id,
      source: pair.source,
      target: pair.target,
      label: String(pair.count),
    })),
  };
}
