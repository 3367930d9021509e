// What a network with two inputs answers over the plane, and the examples on it, on a canvas.

import { element } from "./dom.js";

// choose(row) is called when an example is clicked, or reached with the arrow keys.
export function boundaryView(choose) {
  const canvas = element("canvas", { role: "img", "aria-label": "decision boundary" });
  const holder = element("div", { className: "boundary" }, canvas);
  let shown;

  // numbers at the corners of cells × cells, rows from the bottom; 0 to 1 is the class.
  // examples: [[x1, x2, whether it is class 1]].
  function draw({ numbers, cells, area, examples, chosen, colours, description }) {
    const size = Math.round((holder.clientWidth || 300) * Math.min(2, devicePixelRatio || 1));
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const context = canvas.getContext("2d");
    const [low, high, ground] = colours.map(rgb);
    shown = { area, size, examples };
    context.imageSmoothingEnabled = true;
    context.drawImage(coloured(numbers, cells + 1, [low, high, ground]), 0, 0, size, size);
    examples.forEach((example, row) => row === chosen || dot(context, example, false, [low, high, ground]));
    if (examples[chosen]) dot(context, examples[chosen], true, [low, high, ground]);
    canvas.setAttribute("aria-label", description);
  }

  function dot(context, [x1, x2, isHigh], isChosen, [low, high, ground]) {
    const [left, top] = placeOf(x1, x2);
    const radius = shown.size * (isChosen ? 0.024 : 0.0145);
    context.beginPath();
    // the class by shape too, not by colour alone
    if (isHigh) context.arc(left, top, radius, 0, 2 * Math.PI);
    else context.rect(left - radius * 0.88, top - radius * 0.88, 1.76 * radius, 1.76 * radius);
    context.fillStyle = css(isHigh ? high : low);
    context.fill();
    context.lineWidth = shown.size * (isChosen ? 0.011 : 0.004);
    context.strokeStyle = isChosen ? getComputedStyle(canvas).getPropertyValue("--active_line") : css(ground);
    context.stroke();
  }

  function placeOf(x1, x2) {
    const { area: { left, right, bottom, top }, size } = shown;
    return [((x1 - left) / (right - left)) * size, (1 - (x2 - bottom) / (top - bottom)) * size];
  }

  canvas.addEventListener("click", (event) => {
    if (!shown?.examples.length) return;
    const box = canvas.getBoundingClientRect();
    const at = [((event.clientX - box.left) / box.width) * shown.size, ((event.clientY - box.top) / box.height) * shown.size];
    const far = shown.examples.map(([x1, x2]) => Math.hypot(...placeOf(x1, x2).map((place, axis) => place - at[axis])));
    choose(far.indexOf(Math.min(...far)));
  });
  return { holder, draw };
}

function coloured(numbers, side, [low, high, ground]) {
  const small = document.createElement("canvas");
  small.width = small.height = side;
  const context = small.getContext("2d");
  const image = context.createImageData(side, side);
  for (let at = 0; at < side * side; at++) {
    const [row, column] = [Math.floor(at / side), at % side];
    const share = Math.max(-1, Math.min(1, 2 * numbers[(side - 1 - row) * side + column] - 1));
    const towards = share < 0 ? low : high;
    const weight = Number.isNaN(share) ? 0 : 0.08 + 0.5 * Math.abs(share);
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * at + channel] = ground[channel] * (1 - weight) + towards[channel] * weight;
    }
    image.data[4 * at + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return small;
}

const css = (colour) => `rgb(${colour.join(" ")})`;

function rgb(colour) {
  const number = Number.parseInt(colour.trim().slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
