package template

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

// The words of filler text, which are Django's.
const (
	loremParagraph = "Lorem ipsum dolor sit amet, consectetur adipisicing elit, sed do eiusmod tempor incididunt ut labore " +
		"et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut " +
		"aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse " +
		"cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in " +
		"culpa qui officia deserunt mollit anim id est laborum."

	loremWords = "exercitationem perferendis perspiciatis laborum eveniet sunt iure nam nobis eum cum officiis " +
		"excepturi odio consectetur quasi aut quisquam vel eligendi itaque non odit tempore quaerat " +
		"dignissimos facilis neque nihil expedita vitae vero ipsum nisi animi cumque pariatur velit modi " +
		"natus iusto eaque sequi illo sed ex et voluptatibus tempora veritatis ratione assumenda incidunt " +
		"nostrum placeat aliquid fuga provident praesentium rem necessitatibus suscipit adipisci quidem " +
		"possimus voluptas debitis sint accusantium unde sapiente voluptate qui aspernatur laudantium soluta " +
		"amet quo aliquam saepe culpa libero ipsa dicta reiciendis nesciunt doloribus autem impedit minima " +
		"maiores repudiandae ipsam obcaecati ullam enim totam delectus ducimus quis voluptates dolores " +
		"molestiae harum dolorem quia voluptatem molestias magni distinctio omnis illum dolorum voluptatum ea " +
		"quas quam corporis quae blanditiis atque deserunt laboriosam earum consequuntur hic cupiditate " +
		"quibusdam accusamus ut rerum error minus eius ab ad nemo fugit officia at in id quos reprehenderit " +
		"numquam iste fugiat sit inventore beatae repellendus magnam recusandae quod explicabo doloremque " +
		"aperiam consequatur asperiores commodi optio dolor labore temporibus repellat veniam architecto est " +
		"esse mollitia nulla a similique eos alias dolore tenetur deleniti porro facere maxime corrupti"
)

// loremCommon is how many words of filler text are the same each time: those of the first sentence.
const loremCommon = 19

var loremPunctuation = strings.NewReplacer(",", "", ".", "")

// maxLorem is the largest count of {% lorem %}: words, or paragraphs of up to 300 words.
const maxLorem = 100_000

// loremNode is {% lorem count w|p|b random %}.
type loremNode struct {
	count  *Expr
	method string
	random bool
}

func compileLorem(p *Parser, t Token) (Node, error) {
	bits, n := t.Bits(), &loremNode{method: "b"}
	if bits[len(bits)-1] == "random" {
		n.random = true
		bits = bits[:len(bits)-1]
	}
	if last := len(bits) - 1; last > 0 && strings.Contains(" w p b ", " "+bits[last]+" ") {
		n.method = bits[last]
		bits = bits[:last]
	}
	count := "1"
	if len(bits) > 1 {
		count = bits[len(bits)-1]
		bits = bits[:len(bits)-1]
	}
	var err error
	if n.count, err = p.expr(t, count); err != nil {
		return nil, err
	}
	if len(bits) != 1 {
		return nil, syntaxErrorf("incorrect format for 'lorem' tag")
	}
	return n, nil
}

func (n *loremNode) Render(c *Context) error {
	v, err := n.count.Eval(c)
	if err != nil {
		return err
	}
	number, err := v.pyInt()
	switch {
	case errors.Is(err, errOverflow):
		return fmt.Errorf("lorem: %s %w", quote(v.String()), err)
	case err != nil:
		number = pyInt{n: 1}
	case number.n > maxLorem || number.big != nil:
		return fmt.Errorf("lorem: %s is more than the %d words or paragraphs that the tag gives", quote(v.String()), maxLorem)
	}
	count := number.n
	l := &lorem{c: c, words: strings.Fields(loremWords)}
	if n.method == "w" {
		l.wordsOf(int(max(count, -loremCommon)), !n.random)
		return nil
	}
	for i := range int(max(count, 0)) {
		if i > 0 {
			c.WriteString("\n\n")
		}
		if n.method == "p" {
			c.WriteString("<p>")
		}
		if i == 0 && !n.random {
			c.WriteString(loremParagraph)
		} else {
			l.paragraph()
		}
		if n.method == "p" {
			c.WriteString("</p>")
		}
	}
	return nil
}

// lorem writes filler text.
type lorem struct {
	c     *Context
	words []string
}

// sample puts n words, of which none comes twice, to the front, and returns them.
func (l *lorem) sample(n int) []string {
	for i := range n {
		j := i + rand.IntN(len(l.words)-i)
		l.words[i], l.words[j] = l.words[j], l.words[i]
	}
	return l.words[:n]
}

func (l *lorem) wordsOf(count int, common bool) {
	var first []string
	if common {
		first = strings.Fields(strings.ToLower(loremPunctuation.Replace(loremParagraph)))[:loremCommon]
	}
	if count <= len(first) {
		if count < 0 { // Python's list[:-1] leaves the last out
			count = max(0, len(first)+count)
		}
		l.c.WriteString(strings.Join(first[:count], " "))
		return
	}
	l.c.WriteString(strings.Join(first, " "))
	for rest := count - len(first); rest > 0; {
		if rest < count {
			l.c.WriteString(" ")
		}
		part := l.sample(min(rest, len(l.words)))
		l.c.WriteString(strings.Join(part, " "))
		rest -= len(part)
	}
}

// paragraph writes one to four sentences.
func (l *lorem) paragraph() {
	for i := range 1 + rand.IntN(4) {
		if i > 0 {
			l.c.WriteString(" ")
		}
		l.sentence()
	}
}

// sentence writes one to five parts of three to twelve words each.
func (l *lorem) sentence() {
	start := len(l.c.out)
	for i := range 1 + rand.IntN(5) {
		if i > 0 {
			l.c.WriteString(", ")
		}
		l.c.WriteString(strings.Join(l.sample(3+rand.IntN(10)), " "))
	}
	l.c.out[start] -= 'a' - 'A'
	l.c.WriteString([]string{"?", "."}[rand.IntN(2)])
}
