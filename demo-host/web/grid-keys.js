// Where a key moves to in a grid.

/** The cell that a key leads to; null for a key that moves nothing. */
export function move(event, { row, column }, { rows, columns, page }) {
  const ctrl = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case "ArrowDown": return { row: row + 1, column };
    case "ArrowUp": return { row: row - 1, column };
    case "ArrowRight": return { row, column: column + 1 };
    case "ArrowLeft": return { row, column: column - 1 };
    case "PageDown": return { row: row + page, column };
    case "PageUp": return { row: row - page, column };
    case "Home": return ctrl ? { row: 0, column: 0 } : { row, column: 0 };
    case "End": return ctrl ? { row: rows - 1, column: columns - 1 } : { row, column: columns - 1 };
    default: return null;
  }
}
