package simulator

import (
	"fmt"
	"strings"
)

func firstNames() []string {
	return []string{"Ada", "Ben", "Chiara", "David", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kaja", "Liam", "Mina", "Noor", "Oskar", "Priya"}
}

func lastNames() []string {
	return []string{
		"Adler", "Bauer", "Costa", "Dubois", "Eriksen", "Ferrari", "Gruber", "Hansen", "Ibarra", "Jansen", "Keller", "Lindqvist", "Moreau",
		"Novak", "O'Brien", "Petrov", "Quinn", "Rossi", "Schäfer", "Tanaka", "Ueda", "Vogel", "Weiß", "Xu", "Yılmaz", "Zając", "Amsel",
		"Brandt", "Cohen", "Dietz", "Engel", "Fischer", "Gómez", "Haas", "Ivanov", "Jung", "Kurz", "Lang", "Maier", "Nowak", "Otto",
		"Pohl", "Reiter", "Sauer", "Thoma", "Ullrich", "Vidal", "Wolf",
	}
}

// subject makes up a subject line: ordinary ones, and now and then one that is too long for a summary, looks like
// HTML or a format string, is written from right to left, or is empty.
func (p *provider) subject(i int) string {
	switch i % 16 {
	case 3:
		return fmt.Sprintf("Since the update on Monday the accounting program closes by itself whenever two people print an invoice at the same time, third floor, case %d", i)
	case 6:
		return fmt.Sprintf("🖨️ Printer prints %d blank pages 😤", i%7+1)
	case 9:
		return fmt.Sprintf(`<b>URGENT</b> & "broken": 100%% CPU, %%s in the log (%d)`, i)
	case 12:
		return fmt.Sprintf("الطابعة لا تعمل منذ الصباح %d", i)
	case 15:
		if i%64 == 15 {
			return ""
		}
	}
	things := []string{"VPN drops every few minutes", "New laptop for a colleague", "Cannot open shared mailbox", "Password expired", "Scanner sends no mail", "Slow internet in the meeting room", "Backup warning", "Calendar invitations arrive twice"}
	return fmt.Sprintf("%s (%d)", things[p.dice.IntN(len(things))], i)
}

// description makes up the first comment. Each text is unique, so that a copy of it can be told from another.
func (p *provider) description(i int, subject string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Hello,\n\n%s. It began at desk %d and now it is everywhere.", strings.TrimSuffix(subject, "."), i)
	switch i % 12 {
	case 2:
		b.WriteString("\n\nThe dialog says: <script>alert('no')</script> & asks for C:\\Temp\\{id}.\r\nWhat should I press? {{ticket.id}}")
	case 5:
		b.WriteString("\n\nשלום, המסך נשאר שחור אחרי ההפעלה. תודה!\nAnd in English: the screen stays black. 🙏")
	case 8:
		b.WriteString("\n\n- restarted twice\n- changed the cable\n- asked a colleague\n\n> did you try another port?\n\nYes.")
	}
	b.WriteString("\n\nThank you")
	return b.String()
}

// reply makes up a later comment, one in sixty far longer than a note should be.
func (p *provider) reply(i, k int) string {
	lines := []string{
		"We have looked at it and see the same in our log", "Could you send a picture of the message", "A new device is on its way",
		"It works again since this morning, please watch it", "The supplier has confirmed the fault", "Reset done, please sign in once more",
	}
	text := fmt.Sprintf("%s.\n\nReference %d-%d.", lines[p.dice.IntN(len(lines))], i, k)
	if i%60 == 30 && k == 0 {
		text += "\n\nFull log:\n" + strings.Repeat(fmt.Sprintf("10:0%d:00 service %d: retry, connection reset by peer – naïve café ☕\n", k, i), 400)
	}
	return text
}
