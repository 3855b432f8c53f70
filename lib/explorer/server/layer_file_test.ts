import assert from "node:assert/strict";
import { UserError } from "../../engine/mod.ts";
import type { LayerFormat } from "./layer_content.ts";
import { layerFormat, MOST_LINES, readLayerFile as readBytes } from "./layer_file.ts";

const readLayerFile = (content: string | Uint8Array, format: LayerFormat) =>
  readBytes(typeof content === "string" ? new TextEncoder().encode(content) : content, format);
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

Deno.test("readLayerFile() reads lines, the named column of CSV, and texts or named fields of JSON Lines", () => {
  assert.deepEqual(readLayerFile("\ufeffuse the style\r\n\n  keep   the face \n", "text"), [
    "use the style",
    "keep the face",
  ]);
  assert.deepEqual(readLayerFile('id,Instruction\n1,"take the style, only"\n2,"say ""hi"""\n', "csv"), [
    "take the style, only",
    'say "hi"',
  ]);
  assert.deepEqual(readLayerFile("first\nsecond\n", "csv"), ["first", "second"]);
  assert.deepEqual(readLayerFile('"one"\n{"text":"two","n":1}\n\n{"instruction":"three"}', "jsonl"), [
    "one",
    "two",
    "three",
  ]);
});

Deno.test("readLayerFile() takes the header of one column of text for no instruction, unless it is all there is", () => {
  for (const head of ["instruction", "Prompt ", "\n\nTEXT"]) {
    assert.deepEqual(readLayerFile(`${head}\nuse the style\nsay "hi", please\n`, "text"), [
      "use the style",
      'say "hi", please',
    ]);
  }
  assert.deepEqual(readLayerFile("text\n", "text"), ["text"]);
  assert.deepEqual(readLayerFile("use the text\nkeep it", "text"), ["use the text", "keep it"]);
});

Deno.test("readLayerFile() ends a line at \\r\\n, \\n and \\r, in every kind of file", () => {
  const expected = ["use the style", "keep the face", "copy the pose", "take the colours"];
  const ended = (lines: readonly string[]) => `${lines[0]}\r${lines[1]}\n${lines[2]}\r\n${lines[3]}\r`;
  assert.deepEqual(readLayerFile(ended(expected), "text"), expected);
  assert.deepEqual(readLayerFile(ended(expected.map((text) => JSON.stringify({ text }))), "jsonl"), expected);
  const table = (end: string) => ["id;text", ...expected.map((text, i) => `${i};${text}`)].join(end);
  for (const end of ["\r\n", "\n", "\r"]) {
    assert.deepEqual(readLayerFile(table(end), "csv"), expected);
    assert.deepEqual(readLayerFile(`sep=;${end}${table(end)}`, "csv"), expected);
  }
  assert.deepEqual(
    readLayerFile(`id;text\r\n${ended(expected.map((text) => `1;${text}`))}`, "csv"),
    expected,
  );
});

Deno.test("readLayerFile() finds a table's delimiter and its column of instructions", () => {
  const expected = ["use the style", "keep the face, please"];
  const tables = [
    "id;instruction\n1;use the style\n2;keep the face, please\n",
    "id\tText\n1\tuse the style\n2\tkeep the face, please\n",
    "sep=;\r\nid;prompt\r\n1;use the style\r\n2;keep the face, please\r\n",
    "sep=|\nid|prompt\n1|use the style\n2|keep the face, please\n",
    'id,sentence\n1,use the style\n2,"keep the face, please"\n',
    "instruction\nuse the style\nkeep the face, please\n",
    'instruction\nuse the style\n"keep the face, please"\n',
    "use the style\nkeep the face, please",
    '"weight, in g";instruction\n"1,5";use the style\n"2,5";keep the face, please\n',
    '"sep=;"\nid;prompt\n1;use the style\n2;keep the face, please\n',
    "SEP=;\nid;prompt\n1;use the style\n2;keep the face, please\n",
    "# exported from a tool, as text\n\n#2\nid;instruction\n1;use the style\n2;keep the face, please\n",
    "# exported\ninstruction\nuse the style\nkeep the face, please\n",
    "#;instruction\n1;use the style\n2;keep the face, please\n",
    'id , instruction\n1  , use the style\n20 , "keep the face, please" \n',
    " id | instruction\n  1 | use the style\n  2 | keep the face, please\n",
  ];
  for (const table of tables) assert.deepEqual(readLayerFile(table, "csv"), expected, table);
});

Deno.test("readLayerFile() goes by the content of a text, not by its name alone", () => {
  const expected = ["use the style", "keep the face, please"];
  const [one, two] = expected;
  const renamed = [
    `id;instruction\n1;${one}\n2;${two}\n`,
    `id\tText\r\n1\t${one}\r\n2\t${two}\r\n`,
    `id,prompt\n1,${one}\n2,"${two}"\n`,
    `weight in g ; instruction\n1 ; ${one}\n2 ; ${two}\n`,
    `sep=;\nid;text\n1;${one}\n2;${two}\n`,
    `# mine\nid;text\n1;${one}\n2;${two}\n`,
    `{"text":"${one}"}\n\n{"text":"${two}"}\n`,
    `"${one}"\n"${two}"\n`,
    JSON.stringify(expected),
    JSON.stringify({ instructions: expected }, null, 2),
  ];
  for (const content of renamed) assert.deepEqual(readLayerFile(content, "text"), expected, content);
  assert.deepEqual(readLayerFile(renamed[6] as string, "csv"), expected);
});

Deno.test("readLayerFile() keeps sentences one a line, whatever their punctuation", () => {
  const texts = [
    ["use the style, not the face", "keep the pose, drop the rest"],
    ["text, please, as in the picture", "use the style"],
    ["Instruction; follow it closely", "use the style; keep it; go"],
    ["use the style; keep the face", "take the pose; drop the rest"],
    ["# use the style", "keep the face"],
    ["<body> use the style", "<image> keep the face"],
    ["[style] use it", "{face} keep it"],
    ['"use the style" they said', '"keep the face"'],
    ['say "hi", now', "12"],
    ["- use the style", "--", "1 | 2"],
  ];
  for (const lines of texts) assert.deepEqual(readLayerFile(lines.join("\n"), "text"), lines);
});

Deno.test("readLayerFile() reads JSON by its lists and names, and encodings by their mark", () => {
  const expected = ["use the style", "caf\u00e9"];
  assert.deepEqual(readLayerFile(JSON.stringify(expected), "json"), expected);
  assert.deepEqual(
    readLayerFile(JSON.stringify(expected.map((text) => ({ Text: text })), null, 2), "json"),
    expected,
  );
  assert.deepEqual(readLayerFile(JSON.stringify({ instructions: expected }), "json"), expected);
  assert.deepEqual(readLayerFile('"use the style"\n"caf\u00e9"\n', "json"), expected);
  const wide = expected.join("\n");
  const bytes = Array.from(wide, (letter) => [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8]);
  const little = Uint8Array.from([0xff, 0xfe, ...bytes.flat()]);
  const big = Uint8Array.from([0xfe, 0xff, ...bytes.map(([low, high]) => [high!, low!]).flat()]);
  assert.deepEqual(readLayerFile(little, "text"), expected);
  assert.deepEqual(readLayerFile(big, "text"), expected);
  assert.deepEqual(readLayerFile("\ufeff" + wide, "text"), expected);
  // U+2028 ends no line of JSON.
  assert.deepEqual(readLayerFile('"a\u2028b"\n"c"', "jsonl"), ["a b", "c"]);
});

Deno.test("readLayerFile() refuses files of other kinds by what they are, and counts the file's lines", () => {
  const refused = (content: string | Uint8Array, format: LayerFormat, why: RegExp) =>
    assert.throws(
      () => readLayerFile(content, format),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, why);
        return true;
      },
    );
  refused(latin1("PK\x03\x04" + "\0".repeat(30)), "csv", /\.xlsx or \.docx: save it as CSV/);
  refused(latin1("\xd0\xcf\x11\xe0\xa1\xb1"), "csv", /such as \.xls/);
  refused(latin1("\x89PNG\r\n\x1a\n"), "text", /got a picture \(PNG\)/);
  refused(latin1("BM\x8a\x10\0\0\0\0\0\0\x8a\0\0\0"), "text", /got a picture \(BMP\)/);
  refused(latin1("BMF\0\0\0\0\0\0\x006\0\0\0"), "csv", /got a picture \(BMP\)/);
  refused(latin1("\0\0\0\x1cftypavif\0\0\0\0\xff"), "text", /got a picture \(AVIF\)/);
  refused(latin1("\xff\xd8\xff\xe0\0\x10JFIF"), "text", /got a picture \(JPEG\)/);
  refused(latin1("RIFF\x24\0\0\0WAVEfmt "), "text", /got a sound or a film/);
  refused(latin1("\x93NUMPY\x01\0v\0{'descr': '<f4'}"), "text", /got an array of NumPy/);
  refused(latin1("BMW f\xfcr alle"), "text", /another encoding, such as windows-1252/);
  refused(latin1("%PDF-1.7"), "text", /got a PDF/);
  refused("<!DOCTYPE html><p>", "text", /a web page/);
  refused(
    '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">\n<path/></svg>',
    "text",
    /an SVG picture/,
  );
  refused("<svg viewBox='0 0 1 1'>\n</svg>\n", "csv", /an SVG picture/);
  refused("<?xml version='1.0'?>\n<rows/>", "json", /or XML/);
  refused("<rows>\n<row>use the style</row>\n</rows>\n", "text", /or XML/);
  refused("<p>use the style</p>\n<div class='a'>keep it</div>", "text", /a web page/);
  refused('{"text": "a"}\n{"text": \n', "text", /expected JSON in line 2/);
  refused("id;instruction\n1;use the style; only\n", "text", /expected 2 columns .* got 3 in line 2/);
  refused(latin1("caf\xe9"), "text", /another encoding, such as windows-1252/);
  refused(Uint8Array.of(0xff, 0xfe, 0, 0, 65, 0, 0, 0), "text", /UTF-32/);
  refused(Uint8Array.of(65, 0, 66, 0), "text", /UTF-16 without its mark/);
  refused("a\nb\x01", "text", /a control character in line 2/);
  refused(
    "id,Anweisung\n1,use the style\n",
    "csv",
    /expected a column named instruction, .* got the columns "id", "Anweisung"/,
  );
  for (const format of ["csv", "text"] satisfies LayerFormat[]) {
    refused(
      "| id | text |\n|---|:--|\n| 1 | a |\n",
      format,
      /a table drawn with lines, .* in line 2: save it as CSV/,
    );
    refused("+----+----+\n| id | text |\n", format, /a table drawn with lines, .* in line 1/);
  }
  refused(
    "# mine\nid;Anweisung\n1;a\n",
    "csv",
    /a column named .* under the comments, got none under "# mine"/,
  );
  refused("id   instruction\n1    use the style\n", "csv", /nothing but blanks between: save it as CSV/);
  refused(
    'id;instruction\n1;say "hi" now\n',
    "csv",
    /with ";" between columns, got .* line 2, value is "say "/,
  );
  refused('1;say "hi" now\n2;a\n', "csv", /with ";" between columns, got .* line 1, value is "say "/);
  refused("Anweisung\nuse the style\nkeep it\n", "csv", /first line to be an instruction .*got "Anweisung"/);
  refused(
    "id,text\n1,a\n2,b, c\n",
    "csv",
    /expected 2 columns as in the first line, got 3 in line 3: put texts with "," in quotes/,
  );
  refused('\n\n"a"\n\n{', "jsonl", /expected JSON in line 5/);
  refused("\n\n" + "x".repeat(501), "text", /got 501 in line 3/);
  refused(`id;text\n\n1;${"x".repeat(501)}\n`, "csv", /got 501 in line 3/);
  refused('[{"text": 1}]', "json", /in entry 1, got another/);
  refused('["\\ud800"]', "json", /whole characters in entry 1/);
});

Deno.test("readLayerFile() refuses what it cannot read, in one sentence", () => {
  const refused = (content: string, format: "text" | "csv" | "jsonl", why: RegExp) =>
    assert.throws(
      () => readLayerFile(content, format),
      (error) => error instanceof UserError && why.test(error.message),
    );
  refused("\n \n", "text", /at least one instruction, got none/);
  refused("x".repeat(501), "text", /at most 500 characters a line, got 501 in line 1/);
  refused("a\n".repeat(MOST_LINES + 1), "text", /at most 50000 lines/);
  refused("a\n".repeat(MOST_LINES + 1), "csv", /at most 50000 lines/);
  refused('{"text": 3}', "jsonl", /line 1/);
  refused("{", "jsonl", /expected JSON in line 1/);
  refused('"open', "csv", /expected CSV/);
});

Deno.test("layerFormat() goes by the name's ending, text where it knows none", () => {
  assert.deepEqual(["a.CSV", "b.jsonl", "c.ndjson", "d.txt", "e", "f.tsv", "g.JSON"].map(layerFormat), [
    "csv",
    "jsonl",
    "jsonl",
    "text",
    "text",
    "csv",
    "json",
  ]);
});
