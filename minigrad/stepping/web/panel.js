// The panel beside the picture: numbers, why, training, mistakes.

import { element } from "./dom.js";
import { mistakesPanel } from "./mistakes_panel.js";
import { numbersPanel } from "./numbers_panel.js";
import { trainPanel } from "./train_panel.js";
import { whyPanel } from "./why_panel.js";

const TABS = [["numbers", "numbers", numbersPanel], ["why", "why?", whyPanel], ["train", "train", trainPanel], ["mistakes", "mistakes", mistakesPanel]];

export function panelView(app) {
  const panels = new Map(TABS.map(([name, , make]) => [name, make(app)]));
  const tabs = TABS.map(([name, text]) => {
    const tab = element("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}` }, text);
    tab.onclick = () => app.show(name);
    tab.onkeydown = (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      event.stopPropagation();
      const next = TABS[(TABS.findIndex(([one]) => one === name) + by + TABS.length) % TABS.length][0];
      app.show(next);
      document.getElementById(`tab-${next}`).focus();
    };
    return tab;
  });
  const list = element("div", { role: "tablist", "aria-label": "panel" }, ...tabs);
  const holders = TABS.map(([name]) => {
    const holder = element("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}` }, panels.get(name).node);
    holder.dataset.name = name;
    return holder;
  });
  const node = element("section", { className: "card panel", "aria-label": "panel" }, list, ...holders);

  function render() {
    document.documentElement.dataset.tab = app.tab; // on a phone the words make room for the training
    tabs.forEach((tab, place) => {
      const chosen = TABS[place][0] === app.tab;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
    for (const holder of holders) holder.hidden = holder.dataset.name !== app.tab;
    panels.get(app.tab).render();
  }
  return { node, render };
}
