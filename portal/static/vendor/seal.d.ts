export * from "../../../assets/vendor/seal.js";
