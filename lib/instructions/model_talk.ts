/** What language models put around what they were asked for: thoughts, marks of their chat templates, and talk to whoever asks. */

/** A piece of an answer that is left out. */
export interface DroppedText {
  /** As it stands in the answer. */
  readonly text: string;
  /** Why it is left out, as a phrase. */
  readonly reason: string;
}

/** What names of tags hold that stand around thoughts: <think>, <seed:think>, <|begin_of_thought|>. */
const THOUGHT = "think|thought|reason|reflect|analy[sz]|scratchpad";
/** Square brackets stand in instructions, too, so that a whole part of their name must be such a word. */
const THOUGHT_WORD = "think|thinking|thoughts?|reason|reasoning|reflection|analysis|scratchpad";
const CLOSES = "\\/|end[_-]|end of |stop[_-]";
const NAME = "[\\w:.-]{0,30}";

/** Where thoughts begin and end. The order of the groups: an end, else a beginning. */
const EDGES = new RegExp(
  [
    // <think …>, </think>, <|think|>, <|end_of_thought|>, ◁think▷
    `[<◁]\\|?\\s*(?<end1>${CLOSES})?${NAME}(?:${THOUGHT})${NAME}(?:\\s[^<>\\n]{0,80})?\\|?\\s*[>▷]`,
    // [THINK], [/THINK]
    `\\[\\s*(?<end2>${CLOSES})?(?:[\\w.-]{1,20}[_:.-])?(?:${THOUGHT_WORD})(?:[_:.-][\\w.-]{1,20})?\\s*\\]`,
    // The channels of gpt-oss; the last is the answer.
    "<\\|channel\\|>\\s*(?<end3>final)?[^<\\n]{0,80}<\\|message\\|>",
    // Those of Gemma.
    "<\\|channel>\\s*\\w+|(?<end4><channel\\|>)",
    // What programs print around thoughts.
    "^[ \\t]*(?:thinking(?:\\.\\.\\.|…)|(?<end5>(?:\\.\\.\\.|…)?[ \\t]*done thinking\\.?))[ \\t]*$",
  ].join("|"),
  "gimu",
);
/** Marks of chat templates: <|im_end|>, <|return|>. */
const TEMPLATE_MARK = /<\|[\w-]{1,40}\|>|<\/?s>/gu;

/**
 * An answer without thoughts and templates' marks. An end without a beginning ends all before it, since some servers cut the beginning off;
 * a beginning without an end leaves nothing behind it.
 */
export function withoutThoughts(
  answer: string,
): { readonly text: string; readonly dropped: readonly DroppedText[] } {
  const dropped: DroppedText[] = [];
  const drop = (text: string, reason: string) => {
    if (text.trim() !== "") dropped.push({ text: text.trim(), reason });
  };
  const whole = answer.replaceAll("\r\n", "\n");
  let kept = "", from = 0, begun: number | undefined;
  for (const match of whole.matchAll(EDGES)) {
    const behind = match.index + match[0].length;
    const ends = Object.values(match.groups ?? {}).some((group) => group !== undefined);
    if (!ends) {
      if (begun !== undefined) continue;
      kept += whole.slice(from, match.index) + "\n";
      begun = match.index;
    } else {
      if (begun === undefined) {
        drop(kept + whole.slice(from, behind), "the model's thoughts");
        kept = "";
      } else drop(whole.slice(begun, behind), "the model's thoughts");
      begun = undefined;
    }
    from = behind;
  }
  if (begun === undefined) kept += whole.slice(from);
  else drop(whole.slice(begun), "the model's thoughts, without an end");
  const text = kept.replace(TEMPLATE_MARK, (mark) => {
    drop(mark, "a chat template's mark");
    return "\n";
  });
  return { text, dropped };
}

/** Words that answer a request; one begins talk where a pause or such a beginning follows, so that "great detail" is none. */
const ASSENT =
  "(?:sure(?: thing)?|certainly|of course|absolutely|definitely|gladly|ok(?:ay)?|al?l ?right|great|perfect|awesome|excellent|wonderful|no (?:problem|worries)|you(?:['’]ve)? (?:got it|bet)|got it|understood|noted|will do|with pleasure|my pleasure|good (?:question|luck|idea)|hi(?: there)?|hello|hey|thank you|thanks|sorry|apologies|unfortunately|yes|enjoy)";
const ASSENT_ENDS =
  "(?=\\s*[!,.:;…—–]|\\s+-|\\s*$|\\s+(?:here|i|i['’]\\w+|let|below|these are|this is|the following|for (?:the|your)|to the)\\b)";
const OPENINGS = [
  `${ASSENT}${ASSENT_ENDS}`,
  "(?:happy|glad) to\\b",
  "here\\s*(?:['’]s|is|are|you|they|it|we|come|comes|goes?|below|follow)\\b",
  "here\\s*[:.!]*$",
  "below\\b|the following\\b|(?:these|those) (?:are|instructions|sentences|prompts)\\b",
  "as (?:requested|an? (?:ai|llm|assistant|(?:large )?language model)|you (?:asked|requested|wished|wanted))\\b",
  "i(?:['’](?:ve|m|ll|d be)\\b| (?:have|hope|will|can(?:no|['’])?t?|wrote|am|made|created|generated|tried|kept|avoided|provided|listed|followed|varied|ensured|apologi[sz]e|understand)\\b)",
  "my (?:answer|list|suggestions)\\b",
  "you (?:can (?:find|ask|tell|let|mix)|asked|requested|wanted|['’]?(?:wi)?ll (?:find|see)|will (?:find|see)|are welcome)\\b|you['’](?:ll|re) (?:find|see|welcome)\\b",
  "hope (?:this|that|these|those|you|it)\\b",
  "let me (?:know|think|start|write|count)\\b|feel free\\b|please (?:note|let|find|tell)\\b|note(?: that)?:",
  "if you(?:['’]d| would)? (?:need|want|like|have|wish|prefer)\\b|(?:would|do) you (?:like|want|need)\\b|(?:want|need) (?:more|any|others?)\\b.*\\?$|any (?:questions|changes)\\b|(?:is there )?anything else\\b|(?:shall|should|can|may|could) i (?:help|add|make|write|give|provide|adjust|change|continue|list)\\b.*\\?$",
  "(?:each|all) of (?:these|those|them|the (?:above|instructions|sentences))\\b|each (?:instruction|sentence)\\b",
  "that(?:['’]s| is) (?:all|it|\\d+)\\b|end of (?:the )?(?:list|instructions|answer)\\b",
  "we need to\\b|we (?:have|are asked|were asked) to (?:write|produce|generate|output|give|create|list|make)\\b|(?:so,? |okay,? )?the user\\b|wait,|hmm+\\b",
];
const TALK = new RegExp(
  `^[([]?(?:${
    OPENINGS.join("|")
  })|^(?:the|my|\\d+)\\b.{0,60}\\b(?:lines|instructions|list|sentences|prompts) (?:follow|below)[.:!]*$`,
  "iu",
);

/** Whether a line speaks to whoever asks instead of answering. */
export const isTalk = (line: string): boolean => TALK.test(line);

/** Assent that ends before the answer, or goes over into its naming; a comma alone may stand in the answer's own words. */
const ASSENT_SENTENCE = new RegExp(
  `^${ASSENT}(?:\\s*[!.:…]+\\s*|,?\\s+(?=here\\b|this is\\b|the following\\b)|\\s*,?$)`,
  "iu",
);
const NAMED = "caption|prompt|description|sentence|answer";
/** "Here is a caption:", "**Caption:**", and any "here …:" with nothing behind it. */
const NAMING = new RegExp(
  `^(?:(?:here|this|the following|below)\\b[^:\\n]{0,80}\\b(?:${NAMED}|it is|you go)\\b[^:\\n]{0,60}:|here\\b[^:\\n]{0,80}:\\s*$|[*_#\\s]*(?:(?:the|a|an|final|image|picture|one[- ]sentence) ){0,2}(?:${NAMED})[*_\\s]*:)[*_]*\\s*`,
  "iu",
);

/** A text without the assent and the naming of what follows that stand before it in its line; empty where there is nothing else. */
export function withoutLeadIn(line: string): string {
  let text = line.trim();
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(ASSENT_SENTENCE, "").replace(NAMING, "").trim();
  }
  return text;
}
