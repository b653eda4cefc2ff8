// What rough.js draws: from stdin [{shape, args, options}], to stdout, for each, the list of its
// sets [type, [[op, ...numbers], ...]].
import { readFileSync } from "node:fs";
import rough from "roughjs";

const generator = rough.generator();
const drawn = JSON.parse(readFileSync(0, "utf8")).map(({ shape, args, options }) =>
  generator[shape](...args, options).sets.map(({ type, ops }) => [
    type,
    ops.map(({ op, data }) => [op, ...data]),
  ]),
);
process.stdout.write(JSON.stringify(drawn));
