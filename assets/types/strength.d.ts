export { ZxcvbnFactory } from "@zxcvbn-ts/core";
export { adjacencyGraphs } from "@zxcvbn-ts/language-common";
export const COMMON_PASSWORDS: string;
