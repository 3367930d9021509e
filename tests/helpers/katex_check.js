// Reads formulas, one a line as JSON, and says of each whether KaTeX sets it: strictly, or not at all.
const katex = require("katex");
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  try {
    katex.renderToString(JSON.parse(line), { throwOnError: true, strict: "error" });
    console.log("ok");
  } catch (error) {
    console.log(error.message.replace(/\n/g, " "));
  }
}
