export const EFF_LARGE: string;
