// The line below the picture with which a reader changes numbers: a leaf's, all weights', and back.

import { descentOf } from "./descent.js";
import { element } from "../dom.js";
import { leavesOf } from "./leaves.js";

/**
 * @param parts of the picture @param {import("./words.js").Words} words
 * @param {(isOther: boolean) => void} changed is called when numbers have changed: whether they are
 *   others now than those that Python had
 */
export function changesOf(parts, words, changed) {
  const { circuit, data } = words;
  const wrong = element("p", { className: "wrong", hidden: true });
  wrong.setAttribute("role", "alert");

  function complain(text) {
    wrong.textContent = text;
    wrong.hidden = !text;
  }

  function change(numbers) {
    try {
      circuit.set(numbers);
    } catch (error) {
      return complain(error.message); // a select has no such input
    }
    renew();
  }

  function renew() {
    complain("");
    descent?.clear();
    reset.disabled = circuit.isAsGiven;
    changed(!circuit.isAsGiven);
    leaves.refresh();
  }

  function goBack() {
    circuit.reset();
    renew();
  }

  const leaves = leavesOf(parts, words, (n, number) => change(new Map([[n, number]])), complain);
  if (!leaves.movable.length) {
    const still = element("p", { className: "still", textContent: data.still });
    return { isLive: false, movable: [], controls: data.still ? [still] : [], key: () => false };
  }
  const descent = data.mode === "forward" ? undefined : descentOf(words, change, complain);
  const reset = element("button", { type: "button", textContent: "reset", disabled: circuit.isAsGiven, onclick: goBack,
    title: "the numbers that were here first" });
  const number = element("span", { className: "number" }, leaves.which, "=", leaves.grip, leaves.field);
  // a class: with :has() in the style sheet each drag would ask the style of all parts of the picture again
  number.addEventListener("focusin", () => parts.svg.classList.add("pointed"));
  number.addEventListener("focusout", () => parts.svg.classList.remove("pointed"));
  leaves.refresh();
  return {
    isLive: true,
    movable: leaves.movable,
    controls: [number, reset, ...(descent ? [descent.controls] : []), wrong],
    key: leaves.key,
  };
}
