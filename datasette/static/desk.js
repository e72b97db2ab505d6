// One key for what a button does, on the pages of the desk. Everything works without it.
"use strict";
