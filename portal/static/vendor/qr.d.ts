export * from "../../../assets/vendor/qr.js";
