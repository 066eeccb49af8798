export { ZxcvbnFactory } from "../../../assets/node_modules/@zxcvbn-ts/core";
export { adjacencyGraphs } from "../../../assets/node_modules/@zxcvbn-ts/language-common";
export const COMMON_PASSWORDS: string;
