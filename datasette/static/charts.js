// Draws the numbers of a page's own table as a chart beside it, with Observable Plot (vendor/plot.js, made from ../charts).
// Without this script the table is all there is, and it says everything. Nothing moves, and no colour carries a meaning:
// every bar stands beside its name.
"use strict";

const number = (cell) => Number(cell.querySelector("data").value);
const words = (cell) => cell.textContent.trim().replace(/\s+/g, " ");
const told = (count) => count.toLocaleString("en-US"); // as the pages write numbers, in every language
/** A name that a narrow screen has room for; the table and the title of each bar have all of it. */
const cut = (name, letters) => (name.length > letters ? name.slice(0, letters - 1).trimEnd() + "…" : name);
const LETTER = 8; // the width of a bold letter of 12 px in a wide font
const LINE = "var(--line-strong)", FILL = "var(--accent)";

/** The table as `{name, at, count}`: a row heading, a column heading and the number where they meet. */
function numbers(table) {
  const heads = [...table.tHead.rows[0].cells].slice(1).map(words);
  return [...table.tBodies[0].rows].flatMap((row) =>
    [...row.cells].slice(1).flatMap((cell, n) =>
      cell.querySelector("data") ? [{ name: words(row.cells[0]), at: heads[n], count: number(cell) }] : [], // a dash is no number
    ),
  );
}

/** One strip of upright bars for each series; of series on scales of their own the highest is told in words. */
function strips(all, { width, series, along, own, newest: sentence }) {
  const top = new Map();
  for (const each of all) top.set(each[series], Math.max(top.get(each[series]) ?? 1, each.count));
  const highest = Math.max(...top.values());
  const places = [...new Set(all.map((each) => each[along]))].sort(); // years: a series may lack the first of them
  const every = Math.ceil(places.length / (width / 46));
  const newest = (name) => all.filter((each) => each[series] === name).at(-1);
  const height = (each) => (own ? each.count / top.get(each[series]) : each.count);
  const several = top.size > 1;
  const parts = (each) => ({ NAME: each[series], NUMBER: told(each.count), YEAR: each[along] });
  const said = (each) =>
    width < 340
      ? `${cut(each[series], Math.floor(width / LETTER) - told(each.count).length - 2)}: ${told(each.count)}`
      : sentence.replace(/NAME|NUMBER|YEAR/g, (part) => parts(each)[part]);
  return {
    height: several ? 30 + 64 * top.size : 210,
    marginLeft: own ? 4 : 44,
    marginRight: 4,
    marginTop: several ? 0 : 16,
    marginBottom: 26,
    x: { domain: places, label: null, tickSize: 0, tickFormat: (at, n) => ((places.length - 1 - n) % every ? "" : at) },
    fx: { label: null },
    fy: { domain: [...top.keys()], label: null, axis: null, paddingInner: 0.42, paddingOuter: 0.42, align: 1 },
    y: own
      ? { axis: null, domain: [0, 1] }
      : { domain: [0, highest], label: null, ticks: several ? 2 : 5, tickFormat: (count) => (count % 1 ? "" : told(count)) },
    marks: [
      Plot.barY(all, {
        x: along, y: height, fy: several ? series : undefined, fill: FILL, insetLeft: 0.5, insetRight: 0.5,
        title: (each) => `${each[series]}, ${each[along]}: ${told(each.count)}`,
      }),
      Plot.ruleY([0], { stroke: LINE }),
      several
        ? Plot.text([...top.keys()], {
            fy: (name) => name, frameAnchor: "top-left", lineAnchor: "bottom", dy: -4, fontSize: 12, fontWeight: 600,
            text: (name) => (own ? said(newest(name)) : cut(name, Math.floor(width / LETTER))),
          })
        : null,
    ],
  };
}

/** Bars that lie, one below the other, each with its number; several columns make a group for each row. */
function bars(all, { width }) {
  const heads = [...new Set(all.map((each) => each.at))], names = [...new Set(all.map((each) => each.name))];
  const several = heads.length > 1;
  const narrow = width < 460;
  const shown = (name) => cut(name, narrow ? 18 : 30);
  return {
    height: 20 + names.length * (several ? 24 + 20 * heads.length : 26),
    marginLeft: narrow ? 120 : 200,
    marginRight: 52,
    marginTop: several ? 16 : 4,
    marginBottom: 4,
    x: { axis: null, domain: [0, Math.max(1, ...all.map((each) => each.count))] },
    y: { domain: several ? heads : names, label: null, tickSize: 0, tickFormat: shown },
    fy: { domain: names, label: null, axis: null, padding: 0.3 },
    marks: [
      Plot.barX(all, {
        x: "count", y: several ? "at" : "name", fy: several ? "name" : undefined, fill: FILL, insetTop: 2, insetBottom: 2,
        title: (each) => `${each.name}, ${each.at}: ${told(each.count)}`,
      }),
      Plot.text(all, {
        x: "count", y: several ? "at" : "name", fy: several ? "name" : undefined, textAnchor: "start", dx: 5,
        text: (each) => told(each.count),
      }),
      several
        ? Plot.text(names, { fy: (name) => name, frameAnchor: "top-left", lineAnchor: "bottom", dy: -1, dx: narrow ? -118 : -198, fontWeight: 600, text: (name) => cut(name, Math.floor(width / LETTER)) })
        : null,
    ],
  };
}

function draw(figure) {
  const all = numbers(figure.querySelector("table"));
  const width = Math.max(240, Math.floor(figure.clientWidth - parseFloat(getComputedStyle(figure).paddingLeft) * 2));
  const down = figure.dataset.series === "rows";
  const shape =
    figure.dataset.chart === "bars"
      ? bars(all, { width })
      : strips(all, {
          width, series: down ? "name" : "at", along: down ? "at" : "name",
          own: figure.dataset.scale === "own", newest: figure.dataset.newest,
        });
  const svg = Plot.plot({
    ...shape, width, style: { background: "none", fontFamily: "inherit", fontSize: "12px" },
    ariaLabel: figure.dataset.name,
  });
  svg.querySelector("style")?.remove(); // site.css has these rules: the policy of this site allows no style in a page
  for (const part of svg.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label"); // one picture, one name
  svg.setAttribute("role", "img");
  svg.classList.add("plot");
  figure.querySelector("svg.plot")?.remove();
  figure.querySelector("figcaption").after(svg);
}

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  draw(figure);
  figure.querySelector("details").open = false;
  let width = figure.clientWidth;
  new ResizeObserver(() => {
    if (figure.clientWidth !== width) {
      width = figure.clientWidth;
      draw(figure);
    }
  }).observe(figure);
}
