/** The names of js/seal/ in one place. The QR code and the strength meter stay out: few pages need them. */
export * from "./errors.js";
export * from "./bytes.js";
export * from "./streams.js";
export * from "./keys.js";
export * from "./words.js";
export * from "./sheet.js";
export * from "./agefile.js";
export * from "./padding.js";
export * from "./wrap.js";
export * from "./card.js";
export * from "./officer.js";
export * from "./receipt.js";
export * as strictJson from "./strict_json.js";
