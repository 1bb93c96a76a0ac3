export async function main(_url: string): Promise<void> {}
