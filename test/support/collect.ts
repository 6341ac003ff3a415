/** All of what comes one after the other. */
export async function collect<Each>(source: AsyncIterable<Each>): Promise<readonly Each[]> {
  const found: Each[] = [];
  for await (const each of source) found.push(each);
  return found;
}
