/** Which rows of a long table are drawn, and the room left for the others, in pixels. */
export interface RowWindow {
  from: number;
  to: number;
  above: number;
  below: number;
}

/** Rows drawn beyond each edge, so that scrolling never shows an empty place. */
const MARGIN = 12;

/**
 * The rows to draw of a table whose rows are all of one height.
 * @param scrolled how far the frame is scrolled, in pixels
 * @param height of the frame, in pixels
 */
export function rowWindow(rows: number, rowHeight: number, scrolled: number, height: number): RowWindow {
  const first = Math.floor(Math.max(0, scrolled) / rowHeight) - MARGIN;
  const last = Math.ceil((Math.max(0, scrolled) + height) / rowHeight) + MARGIN;
  const to = Math.min(rows, last);
  const from = Math.max(0, Math.min(first, to));
  return { from, to, above: from * rowHeight, below: (rows - to) * rowHeight };
}
