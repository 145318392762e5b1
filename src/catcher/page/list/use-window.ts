import { useEffect, useRef, useState } from "preact/hooks";

/** The rows of a long list that can be seen, and some around them. */
export interface ListWindow {
  readonly from: number;
  readonly to: number;
}

/** Rows above and below that are drawn too, so that fast scrolling shows no gaps. */
const margin = 8;

/** Follows which rows of a list can be seen. All rows have the same height. */
export function useWindow(rowHeight: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [window, setWindow] = useState<ListWindow>({ from: 0, to: 30 });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => {
      const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - margin);
      const to = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + margin;
      setWindow((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [rowHeight]);
  return { scroller, window };
}
