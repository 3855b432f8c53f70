"""Writes a tiny CLIP tokenizer in both published forms and what transformers makes of some texts.
Made with transformers 5.23.0 and tokenizers 0.23.3: python make_tokenizer.py

vocab.json, merges.txt   as SD 1.5's `tokenizer` folder holds them
tokenizer.json           the same in one file
tokens.json              ids of each text, padded to 48
"""

import json
import os
import tempfile

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

here = os.path.dirname(os.path.abspath(__file__))
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
corpus = ["a photo of a cat's house in the style of monet", "the photograph, 3 people; they're walking by the sea"] * 5
trained = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
trained.normalizer = normalizers.Lowercase()
pattern = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
trained.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
)
trained.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=90, end_of_word_suffix="</w>"))
merges = [tuple(pair) for pair in json.loads(trained.to_str())["model"]["merges"]]
letters = sorted(pre_tokenizers.ByteLevel.alphabet())
tokens = letters + [letter + "</w>" for letter in letters] + ["".join(pair) for pair in merges] + [BEGIN, END]
vocab = {token: i for i, token in enumerate(dict.fromkeys(tokens))}

with open(os.path.join(here, "vocab.json"), "w") as file:
    json.dump(vocab, file, ensure_ascii=False)
with open(os.path.join(here, "merges.txt"), "w") as file:
    file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
tokenizer = CLIPTokenizer(vocab=vocab, merges=merges)
with tempfile.TemporaryDirectory() as folder:
    tokenizer.save_pretrained(folder)
    with open(f"{folder}/tokenizer.json") as source, open(os.path.join(here, "tokenizer.json"), "w") as file:
        json.dump(json.load(source), file, ensure_ascii=False)

texts = [
    "",
    "a photo of a cat",
    "A  PHOTO\tof\na Cat's house, 1984!",
    "they're the sea's",
    "caf\u00e9 cafe\u0301 na\u00efve \u00dcber",
    "\u732b and \U0001f431",
    "3 people... (walking) [by] {the} sea -- \u201cquoted\u201d",
    "house<|endoftext|>sea",
    "it'll we've i'm he'd don't",
]
rows = [tokenizer(text, padding="max_length", max_length=48, truncation=True)["input_ids"] for text in texts]
cut = tokenizer("a cat " * 20, padding="max_length", max_length=8, truncation=True)["input_ids"]
with open(os.path.join(here, "tokens.json"), "w") as file:
    json.dump({"length": 48, "texts": texts, "ids": rows, "cut": cut}, file, ensure_ascii=False)
print(len(vocab), len(merges), rows[1][:12], cut)
