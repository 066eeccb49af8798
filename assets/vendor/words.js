// What portal/static/vendor/words.js holds: crypto/eff_large.txt as one string, made and checked by build.mjs.
export { EFF_LARGE } from "eff-large";
