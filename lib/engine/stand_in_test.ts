import assert from "node:assert/strict";
import { beginning, standIn } from "./stand_in.ts";

const told = (text: string, options?: { text: boolean }) =>
  standIn(beginning(new TextEncoder().encode(text)), options)?.split(":")[0];

Deno.test("standIn() names what was fetched in place of a file, behind a byte order mark and without one", () => {
  for (const mark of ["", "\ufeff"]) {
    const pointer = `${mark}version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n`;
    const page = `${mark}\n<!DOCTYPE html><html>`;
    for (const options of [{ text: false }, { text: true }]) {
      assert.equal(told(pointer, options), "a pointer of Git LFS");
      assert.equal(told(page, options), "a web page");
    }
    assert.equal(told(`${mark}{"error":"not found"}`), "an error that a server sent in its place");
    assert.equal(told(`${mark}Entry not found`), "an error that a server sent in its place");
  }
});

Deno.test("standIn() takes no text for a stand-in that may be meant", () => {
  for (const text of ["", '{"message": "a cat"}', "Access to model cars", "<head> of a man", "version 1"]) {
    assert.equal(told(text, { text: true }), undefined, text);
  }
});
