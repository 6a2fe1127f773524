import { useEffect, useRef, useState } from "react";

/** The width that there is to draw in: drawn in pixels, lines and letters keep their size. */
export function useWidth<T extends HTMLElement>(first = 640) {
  const box = useRef<T>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(Math.max(1, Math.floor(element.clientWidth))));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, width };
}
