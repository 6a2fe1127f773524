import { useEffect, useState } from "react";

const PAUSE_MS = 400;

/** The value as it was when it last stood still, so that not every keystroke asks the server. */
export function useSettled<T>(value: T): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState({ text, value });
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ text, value: JSON.parse(text ?? "null") as T }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled.value;
}
