// Keys: those that step, those that go from gate to gate, and what is kept from a notebook.

// One gate at a time is in the order of the tab key; up and down go on to its neighbours.
export function keysOfGates(gates, nameOf, choose) {
  const numbers = [...gates.keys()].filter((number) => gates[number]);
  let here = numbers[0];
  for (const number of numbers) {
    const gate = gates[number];
    gate.setAttribute("role", "button");
    gate.setAttribute("aria-label", `${nameOf(number)}: go to its step`);
    gate.setAttribute("tabindex", "-1");
    gate.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(number);
    });
  }

  function show(number) {
    if (here !== undefined) gates[here].setAttribute("tabindex", "-1");
    if (gates[number]) here = number;
    if (here !== undefined) gates[here].setAttribute("tabindex", "0");
  }

  function move(by) {
    if (here === undefined) return;
    const focused = gates[here].getRootNode().activeElement === gates[here];
    const next = numbers[numbers.indexOf(here) + (focused ? by : 0)];
    if (next !== undefined) show(next);
    gates[here].focus();
  }

  return { show, move };
}

// On the window, so that a key comes here before a notebook takes it as a shortcut: while the focus
// is in the player none goes further (`d d` would delete the cell), but for those with Ctrl, Alt or
// Command. In a page of its own the player also listens while nothing else has the focus.
// What `own` says it has done itself, for the element that has the focus, is done.
export function listen(root, frame, alone, keys, own) {
  function onKey(event) {
    const focused = root.activeElement;
    const nowhere = alone && [document.body, document.documentElement, null].includes(document.activeElement);
    if (!(focused || nowhere) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (focused && own(event, focused)) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    const inside = focused && focused.matches("button, [role=button]");
    const typing = focused && focused.matches("input[type=text], select");
    const pressed = event.key === " " || event.key === "Enter";
    const plain = !event.shiftKey || event.key === "+";
    if (!typing && !(inside && pressed) && plain && Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
    if (!focused) return;
    event.stopImmediatePropagation();
    // the player's own elements have to hear of it all the same
    if (focused.matches("[role=button]") && pressed) {
      event.preventDefault();
      focused.dispatchEvent(new KeyboardEvent("keydown", { key: event.key }));
    }
  }
  window.addEventListener("keydown", onKey, true);
  // a notebook that has lost the player takes no listener with it
  new MutationObserver((_, observer) => {
    if (frame.isConnected) return;
    window.removeEventListener("keydown", onKey, true);
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
}
