// The playground begins: what the page's address says, or else an example that works.

import { startApp } from "./app.js";

startApp(document.getElementById("playground"));
