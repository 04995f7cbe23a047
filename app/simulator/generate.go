package simulator

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"deskbridge/app/simulator/desk"
	"deskbridge/app/simulator/fault"
	"deskbridge/app/simulator/psa"
)

// provider is a managed service provider while it is being made up.
type provider struct {
	*World
	dice   *rand.Rand
	agents []int64
	people []int64
	opened time.Time // when the first ticket comes in
	ends   time.Time // when the last comment was written: before the minute the exports hold back
}

// clients are the customers. The PSA does not know the last one, which shows what the default company is for.
func clients() []desk.Organization {
	return []desk.Organization{
		{Name: "Northwind Dental", Domains: []string{"northwind-dental.example"}},
		{Name: "Meadow Clinic", Domains: []string{"meadow-clinic.example"}},
		{Name: "Harbor & Sons Logistics", Domains: []string{"harbor-logistics.example"}},
		{Name: "Zeder Law", Domains: []string{"zeder-law.example"}},
		{Name: "Bäckerei Sommer", Domains: []string{"baeckerei-sommer.example"}},
		{Name: "Studio Quill", Domains: []string{"studio-quill.example"}},
	}
}

// generate fills a world with one provider.
func generate(w *World) {
	now := w.opt.Now().Truncate(time.Second)
	p := &provider{World: w, dice: rand.New(rand.NewPCG(w.opt.Seed, 2026)), ends: now.Add(-3 * time.Minute)}
	p.opened = time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC)
	if p.ends.Sub(p.opened) < 24*time.Hour {
		p.opened = p.ends.Add(-30 * 24 * time.Hour)
	}
	w.PSA.Standard()
	p.hire()
	p.sign()
	p.work()
}

// hire adds the provider's own people.
func (p *provider) hire() {
	for _, name := range []string{"Robin Vale", "Dana Okafor", "Lee Brandt", "Mika Saari"} {
		p.agents = append(p.agents, p.Desk.AddUser(desk.User{Name: name, Email: address(name, "provider.example"), Role: "agent", CreatedAt: p.opened}))
	}
}

// sign adds the customers and their people to both sides. Every ninth person has no contact in the PSA, and one
// e-mail address belongs to two contacts, so that neither may be picked.
func (p *provider) sign() {
	for i, client := range clients() {
		client.CreatedAt = p.opened
		organization := p.Desk.AddOrganization(client)
		company := 0
		if i < len(clients())-1 {
			company = p.PSA.AddCompany(psa.Company{Name: client.Name, Website: client.Domains[0]})
		}
		for k := range 8 {
			first, last := firstNames()[p.dice.IntN(len(firstNames()))], lastNames()[(i*8+k)%len(lastNames())]
			email := address(first+" "+last, client.Domains[0])
			p.people = append(p.people, p.Desk.AddUser(desk.User{Name: first + " " + last, Email: email, Organization: organization, CreatedAt: p.opened}))
			if company == 0 || (i*8+k)%9 == 8 {
				continue
			}
			p.PSA.AddContact(psa.Contact{Company: company, FirstName: first, LastName: last, Email: email})
			if i == 0 && k == 0 {
				p.PSA.AddContact(psa.Contact{Company: company, FirstName: first, LastName: last + " (old)", Email: email})
			}
		}
	}
	for _, name := range []string{"Walk-in Caller", "مريم حداد"} { // no organization, and a name written from right to left
		p.people = append(p.people, p.Desk.AddUser(desk.User{Name: name, Email: fmt.Sprintf("caller%d@mail.example", len(p.people)), CreatedAt: p.opened}))
	}
}

// address makes an e-mail address of a name.
func address(name, domain string) string {
	plain := strings.NewReplacer(" ", ".", "ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "ł", "l", "ó", "o", "ø", "o", "'", "").Replace(strings.ToLower(name))
	return plain + "@" + domain
}

// work adds the tickets. The one that was deleted before anyone saw it comes second, or alone.
func (p *provider) work() {
	tickets, comments := 40, 2
	if p.opt.Tickets != 0 {
		tickets = max(p.opt.Tickets, 0)
	}
	if p.opt.Comments != 0 {
		comments = max(p.opt.Comments, 0)
	}
	_, piledUp := p.Faults.Active(fault.SameSecond)
	step := p.ends.Sub(p.opened) / time.Duration(tickets+1)
	for i := range tickets {
		if i == 1 {
			p.deleted(p.opened.Add(step))
		}
		n := i
		if piledUp {
			// More than a page of either export in one second.
			const pile = 1200
			n = i / pile * pile
		}
		p.ticket(i, comments, p.opened.Add(step*time.Duration(n)).Truncate(time.Second), piledUp)
	}
	if tickets < 2 {
		p.deleted(p.opened)
	}
}

func (p *provider) deleted(at time.Time) {
	p.Desk.AddTicket(desk.NewTicket{
		At: at.Truncate(time.Second), Subject: "Win a free cruise", Body: "Click here to claim your prize.", Requester: p.people[len(p.people)-2], Status: "deleted",
	})
}

// ticket adds the i-th ticket with its conversation. The cycles have different lengths, so that every value of one
// meets every value of another sooner or later.
func (p *provider) ticket(i, comments int, at time.Time, piledUp bool) {
	statuses := []string{"solved", "open", "pending", "closed", "new", "solved", "hold", "open", "closed", "solved", "pending"}
	priorities := []string{"normal", "", "high", "low", "normal", "urgent", ""}
	status := statuses[i%len(statuses)]
	begin := status
	if comments > 0 {
		begin = "new"
	}
	requester := p.people[p.dice.IntN(len(p.people))]
	private := i%25 == 13
	submitter := requester
	if private {
		submitter = p.agents[0] // on behalf of somebody
	}
	subject := p.subject(i)
	id := p.Desk.AddTicket(desk.NewTicket{
		At: at, Subject: subject, Body: p.description(i, subject), Requester: requester, Submitter: submitter, Private: private, Status: begin,
		Priority: priorities[i%len(priorities)], Type: []string{"", "incident", "question", "problem", "task"}[i%5],
		Tags: []string{[]string{"printing", "network", "mail", "accounts"}[i%4]}, Files: p.files(i, 0),
	})
	gap := min(p.ends.Sub(at)/time.Duration(comments+1), 6*time.Hour)
	for k := range comments {
		when := at.Add(gap * time.Duration(k+1)).Truncate(time.Second)
		if !piledUp {
			when = when.Add(-time.Duration(p.dice.Int64N(int64(gap)/2 + 1))).Truncate(time.Second)
		}
		c := desk.NewComment{At: when, Body: p.reply(i, k), Private: (i+k)%3 == 0, Author: p.agents[p.dice.IntN(len(p.agents))], Files: p.files(i, k+1)}
		switch {
		case c.Private && i%50 == 20:
			c.Author = -1
		case !c.Private && k%2 == 1:
			c.Author = requester
		}
		if k == comments-1 {
			c.Status = status
		}
		p.Desk.AddComment(id, c)
	}
}

// files gives some comments an attachment: often among the first tickets, seldom later, so that a large world is
// about tickets and comments.
func (p *provider) files(i, k int) []desk.File {
	every := 10
	if i >= 100 {
		every = 100
	}
	if i%every != 3 || k > 1 {
		return nil
	}
	kinds := []desk.File{{Name: "screenshot.png", Type: "image/png"}, {Name: "invoice 2026.pdf", Type: "application/pdf"}, {Name: "журнал.log", Type: "text/plain"}}
	f := kinds[(i/every+k)%len(kinds)]
	f.Name = fmt.Sprintf("%d-%d %s", i, k, f.Name)
	f.Size = 500 + p.dice.Int64N(40_000)
	return []desk.File{f}
}
