export * from "../vendor/qr.js";
