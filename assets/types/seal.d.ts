export * from "../vendor/seal.js";
