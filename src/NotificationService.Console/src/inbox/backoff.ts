const first = 1_000;
const longest = 60_000;

/**
 * How long to wait before the next try. Doubles with every failure; the second half of it is chance, so that ten thousand browsers that lost the same server do
 * not come back together. What the server asked for is the least.
 */
export function delayOf(failures: number, asked = 0, random: () => number = Math.random): number {
    const step = Math.min(longest, first * 2 ** Math.min(failures, 10));
    return Math.max(asked, step / 2) + random() * Math.max(step / 2, asked / 2);
}
