// Text for Graphviz's language: everything a label holds comes through here, escaped.

import { parseName, writtenName } from "./engine/labels.js";

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;
const ENTITIES = {
  "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "\\": "&#92;&#92;", "]": "&#93;",
};

// Any text for an HTML-like label or a quoted string: beyond what HTML asks for, Graphviz reads \N
// even in HTML-like labels, and stumbles over ] before a tag.
export function dotText(text) {
  return String(text).replace(HIDDEN, "�").replace(/[&<>"'\\\]]/g, (letter) => ENTITIES[letter]);
}

// The name of a wire for an HTML-like label: the letter in italics, the indices beside it.
export function dotName(label) {
  const name = parseName(label);
  const letter = writtenName({ ...name, subscript: "", superscript: "" });
  return letter ? `<i>${dotText(letter)}</i>${dotText(writtenName(name).slice(letter.length))}` : "";
}
