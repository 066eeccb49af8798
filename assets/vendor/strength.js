// What portal/static/vendor/strength.js holds: the guess estimator, its keyboard graphs and the 10,000 commonest
// passwords ("common-passwords" is written by build.mjs out of the package's ranked list). Fetched only where somebody
// chooses a password of their own.
export { ZxcvbnFactory } from "@zxcvbn-ts/core";
export { adjacencyGraphs } from "@zxcvbn-ts/language-common";
export { COMMON_PASSWORDS } from "common-passwords";
