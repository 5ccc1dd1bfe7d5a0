export const token = "from elsewhere";
