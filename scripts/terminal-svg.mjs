// Turns what a terminal shows into an SVG that looks the same everywhere: every piece of text is put on its cells, whatever
// font there is, and lines are drawn instead of written, so that they meet.

/** Sizes in units of the picture. */
const CELL = { width: 12, height: 26 };
const FONT_SIZE = 20;
const BASELINE = 19;
const MARGIN = 22;
const TITLE_HEIGHT = 44;
const CORNER = 14;
/** What a unit is in CSS pixels where nobody scales the picture. */
const SCALE = 0.7;

const FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace";
const EMOJI_FONTS = "'Apple Color Emoji','Segoe UI Emoji','Noto Color Emoji',sans-serif";

const BACKGROUND = "#0d1117";
const FOREGROUND = "#dfe5ec";
const FRAME = "#3a424d";
const BUTTONS = ["#ff5f57", "#febc2e", "#28c840"];
/** How much of its colour dim text keeps; the rest is what is behind it. */
const DIM = 0.62;

/** The sixteen colours that a terminal has names for. */
const NAMED = [
  ...["#484f58", "#ff7b72", "#56d364", "#e3b341", "#6cb6ff", "#d2a8ff", "#4fd6e0", "#c9d1d9"],
  ...["#6e7681", "#ffa198", "#7ee787", "#f2cc60", "#96d0ff", "#e2c5ff", "#9ef0f6", "#f6f8fa"],
];
/** Steps of the 6×6×6 cube among the 256 colours. */
const CUBE = [0, 95, 135, 175, 215, 255];

/** Where the arms of box-drawing characters go; those of corners have a horizontal one first. */
const BOXES = {
  "─": { arms: "lr" },
  "│": { arms: "ud" },
  "━": { arms: "lr", isHeavy: true },
  "╭": { arms: "rd", isRound: true },
  "╮": { arms: "ld", isRound: true },
  "╰": { arms: "ru", isRound: true },
  "╯": { arms: "lu", isRound: true },
  "├": { arms: "udr" },
  "┤": { arms: "udl" },
  "┬": { arms: "lrd" },
  "┴": { arms: "lru" },
  "┼": { arms: "lrud" },
};
const LINE_WIDTH = 1.8;
const HEAVY_WIDTH = 5;

/** The screen of a terminal's model (`@xterm/headless`) as an SVG. */
export const screenSvg = (model, { title, description }) => {
  const rows = Array.from({ length: model.rows }, (_, row) => cellsOf(model, row));
  const styles = createStyles();
  const drawn = [
    ...rows.flatMap((cells, row) => groundsOf(cells).map((ground) => drawGround(ground, row))),
    ...linePaths(rows, styles),
    ...rows.flatMap((cells, row) => piecesOf(cells).map((piece) => drawPiece(piece, row, styles))),
  ];
  const width = model.cols * CELL.width + 2 * MARGIN;
  const height = model.rows * CELL.height + TITLE_HEIGHT + MARGIN;
  const size = `width="${Math.round(width * SCALE)}" height="${Math.round(height * SCALE)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(description)}</title>`,
    `<style>${BASE_STYLE}${styles.css()}</style>`,
    ...windowFrame(width, height, title),
    ...drawn,
    "</svg>\n",
  ].join("\n");
};

const BASE_STYLE = [
  `text{font:${FONT_SIZE}px ${FONTS};fill:${FOREGROUND}}`,
  ".m{text-anchor:middle}",
  `.e{font:${FONT_SIZE - 1}px ${EMOJI_FONTS};text-anchor:middle}`,
  `.t{fill:#8b949e;text-anchor:middle;font-size:${FONT_SIZE - 2}px}`,
  "path{fill:none}",
].join("");

const windowFrame = (width, height, title) => [
  `<rect x="1" y="1" width="${width - 2}" height="${height - 2}" rx="${CORNER}" fill="${BACKGROUND}" stroke="${FRAME}" stroke-width="2"/>`,
  ...BUTTONS.map((color, i) => `<circle cx="${MARGIN + 8 + i * 24}" cy="${TITLE_HEIGHT / 2}" r="7" fill="${color}"/>`),
  `<text class="t" x="${width / 2}" y="${TITLE_HEIGHT / 2 + 6}">${escaped(title)}</text>`,
];

/** The cells of a row that hold something: what is in them, where, how wide, and how it looks. */
const cellsOf = (model, row) => {
  const { active } = model.buffer;
  const line = active.getLine(active.viewportY + row);
  const cells = [];
  for (let column = 0; column < model.cols; column++) {
    const cell = line?.getCell(column);
    // The second half of a wide character has no width of its own.
    if (cell === undefined || cell.getWidth() === 0) continue;
    const text = cell.isInvisible() ? " " : cell.getChars() || " ";
    cells.push({ column, text, width: cell.getWidth(), ...lookOf(cell) });
  }
  return cells;
};

/** The colour behind a cell, where there is one, and the CSS of what is in it. */
const lookOf = (cell) => {
  const front = colorOf(cell.getFgColor(), cell.isFgRGB(), cell.isFgDefault()) ?? FOREGROUND;
  const back = colorOf(cell.getBgColor(), cell.isBgRGB(), cell.isBgDefault());
  const [ink, ground] = cell.isInverse() ? [back ?? BACKGROUND, front] : [front, back];
  const fill = cell.isDim() ? mixed(ink, ground ?? BACKGROUND, DIM) : ink;
  const css = [
    fill === FOREGROUND ? "" : `fill:${fill}`,
    cell.isBold() ? "font-weight:700" : "",
    cell.isItalic() ? "font-style:italic" : "",
  ];
  return { fill, ground, css: css.filter((rule) => rule !== "").join(";") };
};

const colorOf = (value, isRgb, isDefault) => {
  if (isDefault) return undefined;
  if (isRgb) return `#${value.toString(16).padStart(6, "0")}`;
  if (value < 16) return NAMED[value];
  if (value < 232) return hex([36, 6, 1].map((step) => CUBE[Math.floor((value - 16) / step) % 6]));
  return hex(Array(3).fill(8 + (value - 232) * 10));
};

const hex = (parts) => `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
const parts = (color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
const mixed = (color, other, share) => {
  const others = parts(other);
  return hex(parts(color).map((part, i) => part * share + others[i] * (1 - share)));
};

/** A class for each look that comes up, so that a picture names it once. */
const createStyles = () => {
  const classes = new Map();
  return {
    nameOf: (css) => {
      if (css === "") return undefined;
      if (!classes.has(css)) classes.set(css, `s${classes.size}`);
      return classes.get(css);
    },
    css: () => [...classes].map(([css, name]) => `.${name}{${css}}`).join(""),
  };
};

/** What every monospace font has, in one width; all else is put in the middle of its cells, one by one. */
const isAscii = (text) => /^[ -~]+$/.test(text);

/** Neighbours of one look as one piece of text, with single spaces inside: what shows a picture may merge several. */
const piecesOf = (cells) => {
  const pieces = [];
  for (const cell of cells.filter(({ text }) => text !== " " && !Object.hasOwn(BOXES, text))) {
    const last = pieces.at(-1);
    const gap = last === undefined ? 0 : cell.column - last.column - last.text.length;
    const joins = last?.css === cell.css && gap <= 1 && isAscii(last.text) && isAscii(cell.text);
    if (joins) last.text += " ".repeat(gap) + cell.text;
    else pieces.push({ ...cell });
  }
  return pieces;
};

const drawPiece = ({ text, column, width, css }, row, styles) => {
  const y = topOf(row) + BASELINE;
  if (isAscii(text)) {
    const classes = classesOf(styles.nameOf(css));
    // A single character has no spacing that could be set.
    const length = text.length === 1 ? "" : ` textLength="${text.length * CELL.width}"`;
    return `<text${classes} x="${leftOf(column)}" y="${y}"${length}>${escaped(text)}</text>`;
  }
  const classes = classesOf(width > 1 ? "e" : "m", styles.nameOf(css));
  return `<text${classes} x="${leftOf(column) + (width * CELL.width) / 2}" y="${y}">${escaped(text)}</text>`;
};

const classesOf = (...names) => {
  const named = names.filter((name) => name !== undefined);
  return named.length === 0 ? "" : ` class="${named.join(" ")}"`;
};

/** Neighbours with one colour behind them. */
const groundsOf = (cells) => {
  const grounds = [];
  for (const { column, width, ground } of cells) {
    const last = grounds.at(-1);
    if (ground === undefined) continue;
    if (last?.ground === ground && last.column + last.width === column) last.width += width;
    else grounds.push({ column, width, ground });
  }
  return grounds;
};

const drawGround = ({ column, width, ground }, row) =>
  `<rect x="${leftOf(column)}" y="${topOf(row)}" width="${width * CELL.width}" height="${CELL.height}" fill="${ground}"/>`;

/** All boxes of a screen, as one path for each colour and weight. */
const linePaths = (rows, styles) => {
  const paths = new Map();
  rows.forEach((cells, row) => {
    for (const { column, count, box, fill } of boxesOf(cells)) {
      const name = styles.nameOf(`stroke:${fill};stroke-width:${box.isHeavy ? HEAVY_WIDTH : LINE_WIDTH}`);
      paths.set(name, (paths.get(name) ?? "") + boxPath(box, column, row, count));
    }
  });
  return [...paths].map(([name, path]) => `<path class="${name}" d="${path}"/>`);
};

/** The boxes of a row; one that goes straight on counts how often. */
const boxesOf = (cells) => {
  const boxes = [];
  for (const { column, text, fill } of cells) {
    const box = Object.hasOwn(BOXES, text) ? BOXES[text] : undefined;
    const last = boxes.at(-1);
    if (box === undefined) continue;
    const goesOn = last?.box === box && last.fill === fill && last.column + last.count === column && box.arms === "lr";
    if (goesOn) last.count++;
    else boxes.push({ column, count: 1, box, fill });
  }
  return boxes;
};

const boxPath = ({ arms, isRound }, column, row, count) => {
  const [left, top] = [leftOf(column), topOf(row)];
  const [middle, center] = [left + CELL.width / 2, top + CELL.height / 2];
  if (arms === "lr") return `M${left} ${center}h${count * CELL.width}`;
  if (arms === "ud") return `M${middle} ${top}v${CELL.height}`;
  const ends = { l: `H${left}`, r: `H${left + CELL.width}`, u: `V${top}`, d: `V${top + CELL.height}` };
  if (!isRound) return [...arms].map((arm) => `M${middle} ${center}${ends[arm]}`).join("");
  const start = arms[0] === "l" ? left : left + CELL.width;
  const bend = center + (arms[1] === "u" ? -1 : 1) * (CELL.width / 2);
  return `M${start} ${center}Q${middle} ${center} ${middle} ${bend}${ends[arms[1]]}`;
};

const leftOf = (column) => MARGIN + column * CELL.width;
const topOf = (row) => TITLE_HEIGHT + row * CELL.height;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]);
