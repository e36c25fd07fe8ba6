// Names as they appear in e-mail addresses: a to z only. Alphabets are spelt letter by letter; names in the other
// scripts carry their own romanisation in the word lists.

const SPELLING = letters(`
  ß ss  æ ae  ø o  ł l  đ d  ı i  œ oe
  а a  б b  в v  г g  ґ g  д d  е e  ж zh  з z  и i  і i  к k  л l  м m  н n  о o  п p  р r  с s  т t  у u  ф f  х kh
  ц ts  ч ch  ш sh  щ shch  ъ -  ы y  ь -  э e  ю yu  я ya  є ye
  α a  β v  γ g  δ d  ε e  ζ z  η i  θ th  ι i  κ k  λ l  μ m  ν n  ξ x  ο o  π p  ρ r  σ s  ς s  τ t  υ y  φ f  χ ch
  ψ ps  ω o
  ა a  ბ b  გ g  დ d  ე e  ვ v  ზ z  თ t  ი i  კ k  ლ l  მ m  ნ n  ო o  პ p  ჟ zh  რ r  ს s  ტ t  უ u  ფ p  ქ k
  ღ gh  ყ q  შ sh  ჩ ch  ც ts  ძ dz  წ ts  ჭ ch  ხ kh  ჯ j  ჰ h
  ա a  բ b  գ g  դ d  ե e  զ z  է e  ը y  թ t  ժ zh  ի i  լ l  խ kh  ծ ts  կ k  հ h  ձ dz  ղ gh  ճ ch  մ m  յ y
  ն n  շ sh  ո o  չ ch  պ p  ջ j  ռ r  ս s  վ v  տ t  ր r  ց ts  ւ v  փ p  ք k  օ o  ֆ f  և ev`)

const UMLAUTS = letters('ä ae  ö oe  ü ue')

/** The text in lower-case a to z; whatever has no spelling is left out. With `umlauts`, ü becomes ue and not u. */
export function latinize(text: string, umlauts = false): string {
  const lower = text.toLowerCase()
  const spelt = umlauts ? spell(lower, UMLAUTS) : lower
  const sounds = spelt.normalize('NFD').replaceAll('ου', 'ou').replaceAll('ու', 'u') // One vowel, two letters.
  return spell(sounds, SPELLING).replace(/[^a-z]/g, '')
}

function spell(text: string, spelling: ReadonlyMap<string, string>): string {
  return Array.from(text, (letter) => spelling.get(letter) ?? letter).join('')
}

/** Reads a list of letters, each followed by its spelling; a dash stands for no sound. */
function letters(list: string): ReadonlyMap<string, string> {
  const words = list.trim().split(/\s+/)
  const pairs = words.flatMap((word, i) =>
    i % 2 ? [] : [[word, words[i + 1]?.replace('-', '') ?? ''] as const],
  )
  return new Map(pairs)
}
