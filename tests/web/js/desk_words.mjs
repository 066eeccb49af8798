// Answers on standard output what the desk's scripts make of names and reports: { names, types, titles } in, the same out.
import { neutralName, neutralType } from "../../../portal/static/js/desk/file_names.js";
import { titleFrom } from "../../../portal/static/js/desk/first_opening.js";

let asked = "";
for await (const piece of process.stdin) asked += piece;
const { names, types, titles } = JSON.parse(asked);
console.log(JSON.stringify({ names: names.map(neutralName), types: types.map(neutralType), titles: titles.map(titleFrom) }));
