package markup_test

import (
	"fmt"

	"github.com/nuages-web/nuages/markup"
)

func Example() {
	name := `<script>alert("Tom & Jerry")</script>`
	fmt.Println(markup.Escape(name))
	fmt.Println(markup.Format(`<b class="{class}">{}</b>`, name, markup.Args{"class": markup.HTML("user")}))
	fmt.Println(markup.LineBreaks(markup.Escape("1 < 2\n\nand so on")))
	// Output:
	// &lt;script&gt;alert(&quot;Tom &amp; Jerry&quot;)&lt;/script&gt;
	// <b class="user">&lt;script&gt;alert(&quot;Tom &amp; Jerry&quot;)&lt;/script&gt;</b>
	// <p>1 &lt; 2</p>
	//
	// <p>and so on</p>
}
