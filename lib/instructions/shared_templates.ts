/**
 * Sentences that suit every task. Each task supplies the slots: {take}, {taking} and {keep}, what an instruction does; {what}, that is
 * {aspect} {from} {image} with or without an afterthought, and {what_of}, the same where only one preposition will do; {have} and {has},
 * what the new image does with it.
 */
import type { Slots } from "../tasks/task.ts";

export const SHARED_SLOTS: Slots = {
  image: [
    "the image",
    "this image",
    "the picture",
    "this picture",
    "the reference image",
    "this reference picture",
    "the input image",
    "the source image",
    "the original image",
    "the given image",
    "the attached picture",
    "the example image",
    "my image",
  ],
  result: ["the new image", "a new image", "the new picture", "a new picture", "the output", "the result"],
  subject: ["the new image", "the new picture", "the output", "the result", "my new picture"],
  something: [
    "a new picture",
    "something else",
    "a different scene",
    "another scene",
    "something new",
    "my prompt",
    "a new subject",
    "what I describe",
    "a different subject",
  ],
};

/** Sentences for training. A final mark is part of the template; fragments have none. */
export const SHARED_TRAINING: readonly string[] = [
  "{take} {what}.",
  "{take} {aspect} {from} {image} for {result}.",
  "please {take} {what}.",
  "{take} {aspect} {from} {image}, please.",
  "can you {take} {what}?",
  "could you {take} {what}?",
  "would you {take} {what}?",
  "I want you to {take} {what}.",
  "I would like to {take} {what}.",
  "{subject} should {have} {what_of}.",
  "let {subject} {have} {what_of}.",
  "{what}",
  "{taking} {what}",
  "try {taking} {what}.",
  "we need {what_of}.",
  "from {image}, {take} {aspect}.",
  "{keep} {aspect} {of} {image} in {result}.",
  "it is important to {keep} {what}.",
];

/** Sentences of other shapes, held out. */
export const SHARED_HELD_OUT: readonly string[] = [
  "make sure that {subject} {has} {aspect} {of} {image}.",
  "your task is to {take} {aspect} {from} {image}.",
  "would it be possible to {take} {aspect} {from} {image}?",
  "how about {taking} {aspect} {from} {image}?",
  "what I need here is {aspect} {from} {image}.",
  "go ahead and {take} {aspect} {from} {image}.",
  "the goal is to {keep} {aspect} {from} {image}.",
  "look at {image} and {take} {aspect}.",
  "kindly {take} {aspect} {from} {image}.",
  "let's {take} {aspect} {from} {image}.",
  "start with {image} and {take} {aspect} from it.",
  "I'm looking for {a picture|an image|a version} that {has} {aspect} {of} {image}.",
  "do you think you can {take} {aspect} {from} {image}?",
];
