// What ../static/charts.js uses of Observable Plot; everything else stays out of the bundle.
export { barX, barY, plot, ruleX, ruleY, text } from "@observablehq/plot";
