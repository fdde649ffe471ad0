/** 0 to `length - 1` in a random order, each order equally likely (Fisher and Yates, from the inside out). */
export function shuffled(length: number): readonly number[] {
  const order: number[] = [];
  for (let i = 0; i < length; i++) {
    const j = Math.floor(Math.random() * (i + 1));
    order.push(i);
    order[i] = order[j] as number;
    order[j] = i;
  }
  return order;
}
