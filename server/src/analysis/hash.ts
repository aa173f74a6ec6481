/** A content hash without the platform's: `node:crypto` is I/O to the analysis, and nobody attacks these. */

/** cyrb128 by bryc (public domain): 128 bits as 32 hexadecimal digits. */
export function cyrb128(text: string): string {
  let one = 1779033703;
  let two = 3144134277;
  let three = 1013904242;
  let four = 2773480762;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    one = two ^ Math.imul(one ^ code, 597399067);
    two = three ^ Math.imul(two ^ code, 2869860233);
    three = four ^ Math.imul(three ^ code, 951274213);
    four = one ^ Math.imul(four ^ code, 2716044179);
  }
  one = Math.imul(three ^ (one >>> 18), 597399067);
  two = Math.imul(four ^ (two >>> 22), 2869860233);
  three = Math.imul(one ^ (three >>> 17), 951274213);
  four = Math.imul(two ^ (four >>> 19), 2716044179);
  one ^= two ^ three ^ four;
  return hexadecimal(one) + hexadecimal(two ^ one) + hexadecimal(three ^ one) + hexadecimal(four ^ one);
}

function hexadecimal(part: number): string {
  return (bytes[part >>> 24] ?? "") + (bytes[(part >>> 16) & 255] ?? "") + (bytes[(part >>> 8) & 255] ?? "") + (bytes[part & 255] ?? "");
}

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
