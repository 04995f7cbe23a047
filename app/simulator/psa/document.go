package psa

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// document is a file on a ticket.
type document struct {
	key
	ticket                  *ticket
	title, fileName, server string
	mediaType, guid         string
	content                 []byte
	private, readOnly, url  bool
	stamps
}

func documentResource() *resource[*document] {
	f := fieldSet[*document]{}
	f.number("id", func(d *document) int32 { return d.id })
	f.text("title", func(d *document) string { return d.title })
	f.text("fileName", func(d *document) string { return d.fileName })
	f.text("owner", func(d *document) string { return d.enteredBy })
	f.number("size", func(d *document) int32 { return int32(len(d.content)) })
	f.flag("publicFlag", func(d *document) bool { return !d.private })
	f.stamps(func(d *document) stamps { return d.stamps })
	return &resource[*document]{fields: f, id: func(d *document) int32 { return d.id }, encode: func(_ *call, e *encoder, d *document) {
		e.number("id", d.id)
		e.text("title", d.title)
		e.text("fileName", d.fileName)
		e.text("serverFileName", d.server)
		e.text("owner", d.enteredBy)
		e.flag("linkFlag", d.url)
		e.flag("imageFlag", strings.HasPrefix(d.mediaType, "image/"))
		e.flag("publicFlag", !d.private)
		e.flag("htmlTemplateFlag", false)
		e.flag("readOnlyFlag", d.readOnly)
		e.number("size", int32(len(d.content)))
		e.flag("urlFlag", d.url)
		e.time("createdOnDate", d.entered)
		e.text("guid", d.guid)
		e.object("_info", func() {
			e.stamps(d.stamps)
			e.text("documentDownload_href", e.base+"/system/documents/"+itoa(d.id)+"/download")
		})
	}}
}

// documentRefResource is how a ticket's own list shows documents: references only.
func documentRefResource() *resource[*document] {
	f := fieldSet[*document]{}
	f.number("id", func(d *document) int32 { return d.id })
	f.text("name", func(d *document) string { return d.title })
	return &resource[*document]{fields: f, id: func(d *document) int32 { return d.id }, encode: func(_ *call, e *encoder, d *document) {
		e.number("id", d.id)
		e.text("name", d.title)
		e.object("_info", func() {
			e.text("filename", d.fileName)
			e.link("document", "/system/documents/", d.id)
			e.text("documentDownload_href", e.base+"/system/documents/"+itoa(d.id)+"/download")
		})
	}}
}

func listTicketDocuments(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		return list(c, c.server.kinds.documentRefs, func(*query) []*document { return t.documents })
	})
}

func countTicketDocuments(c *call) answer {
	return withTicket(c, func(t *ticket) answer {
		return count(c, c.server.kinds.documentRefs, func(*query) []*document { return t.documents })
	})
}

func listDocuments(c *call) answer {
	return ofRecord(c, func(rows func(*query) []*document) answer { return list(c, c.server.kinds.documents, rows) })
}

func countDocuments(c *call) answer {
	return ofRecord(c, func(rows func(*query) []*document) answer { return count(c, c.server.kinds.documents, rows) })
}

// ofRecord reads recordType and recordId, without which documents cannot be listed. A record that is not there has
// no documents.
func ofRecord(c *call, do func(rows func(*query) []*document) answer) answer {
	values := c.request.URL.Query()
	t, refused := c.server.recordOf(values.Get("recordType"), values.Get("recordId"))
	if refused != nil && refused.status == http.StatusNotFound {
		return do(func(*query) []*document { return nil })
	}
	if refused != nil {
		return *refused
	}
	return do(func(*query) []*document { return t.documents })
}

// recordOf finds the ticket that documents hang on. Other kinds of record are not simulated.
func (s *Server) recordOf(kind, id string) (*ticket, *answer) {
	var f form
	if kind == "" {
		f.required("recordType")
	} else if kind != "Ticket" {
		f.add("recordType", "InvalidEnum", "'%s' is not a valid value for recordType.", kind)
	}
	number, err := strconv.ParseInt(id, 10, 32)
	if id == "" {
		f.required("recordId")
	} else if err != nil {
		f.wrongType("recordId", "Int32")
	}
	if len(f.problems) > 0 {
		return nil, new(invalid("documentInfo", f.problems...))
	}
	t := s.tickets.get(int32(number))
	if t == nil || !t.visible() {
		return nil, new(noRecord("Ticket", int32(number)))
	}
	return t, nil
}

func withDocument(c *call, do func(*document) answer) answer {
	d := c.server.documents.get(c.ids[0])
	if d == nil || !d.ticket.visible() {
		return noRecord("Document", c.ids[0])
	}
	return do(d)
}

func getDocument(c *call) answer {
	return withDocument(c, func(d *document) answer { return one(c, http.StatusOK, c.server.kinds.documents, d) })
}

func downloadDocument(c *call) answer {
	return withDocument(c, func(d *document) answer {
		return answer{status: http.StatusOK, body: d.content, mediaType: d.mediaType, headers: map[string]string{
			"Content-Disposition": mime.FormatMediaType("attachment", map[string]string{"filename": d.fileName}),
		}}
	})
}

// createDocument saves an upload. Names of form parts are not case sensitive; readOnlyFlay is the
// publisher's own spelling, readOnlyFlag is what clients send.
func createDocument(c *call) answer {
	parts, file, refused := c.uploadForm()
	if refused != nil {
		return *refused
	}
	t, refused := c.server.recordOf(parts["recordtype"], parts["recordid"])
	if refused != nil {
		return *refused
	}
	var f form
	d := &document{
		ticket: t, title: parts["title"], private: truth(parts["privateflag"]),
		readOnly: truth(parts["readonlyflay"]) || truth(parts["readonlyflag"]),
	}
	switch at := parts["url"]; {
	case file != nil:
		f.attach(d, file, c.server.options)
	case at != "":
		if link, err := url.Parse(at); err != nil || link.Host == "" {
			f.add("url", "InvalidUrl", "'%s' is not a valid address.", at)
		}
		d.url, d.fileName, d.mediaType, d.content = true, at, "text/uri-list", []byte(at)
	default:
		f.required("file")
	}
	if d.title == "" {
		d.title = d.fileName
	}
	if utf16Length(d.title) > 100 {
		f.add("title", "MaxLength", "The field title must be a string with a maximum length of 100.")
	}
	if len(f.problems) > 0 {
		return invalid("documentInfo", f.problems...)
	}
	c.server.saveDocument(t, d, c.at, c.server.api)
	return one(c, http.StatusCreated, c.server.kinds.documents, d)
}

// attach takes a file into a document, within the limits the customer has set.
func (f *form) attach(d *document, file *upload, o Options) {
	ending := strings.ToLower(path.Ext(file.name))
	switch {
	case slices.Contains(o.RefusedExtensions, ending):
		f.add("file", "InvalidFile", "Files with the extension %s are not allowed.", ending)
	case int64(len(file.content)) > o.MaxDocument:
		f.add("file", "InvalidFile", "The file exceeds the maximum size of %d bytes.", o.MaxDocument)
	}
	d.fileName, d.content, d.mediaType = file.name, file.content, file.mediaType
}

func (s *Server) saveDocument(t *ticket, d *document, at int64, by *member) {
	d.guid = fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x",
		s.random.Uint32(), s.random.Uint32()&0xffff, s.random.Uint32()&0xfff, s.random.Uint32()&0xfff, s.random.Uint64()&0xffffffffffff)
	d.server = d.guid + path.Ext(d.fileName)
	d.stamps = newStamps(at, by)
	s.documents.add(d)
	t.documents = append(t.documents, d)
	t.touch(at, by)
}

// upload is the file part of a form.
type upload struct {
	name, mediaType string
	content         []byte
}

// uploadForm reads a multipart body: its fields by lower case name, and its file if it has one.
func (c *call) uploadForm() (map[string]string, *upload, *answer) {
	mediaType, parameters, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" {
		return nil, nil, new(failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "A document must be sent as multipart/form-data."))
	}
	fields := map[string]string{}
	var file *upload
	reader := multipart.NewReader(bytes.NewReader(c.body), parameters["boundary"])
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return fields, file, nil
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(part)
		}
		if err != nil {
			return nil, nil, new(failure(http.StatusBadRequest, "InvalidObject", "The form is not complete."))
		}
		if name := strings.ToLower(part.FormName()); name == "file" {
			file = &upload{name: part.FileName(), mediaType: part.Header.Get("Content-Type"), content: content}
			if file.mediaType == "" {
				file.mediaType = "application/octet-stream"
			}
		} else {
			fields[name] = string(content)
		}
	}
}

func truth(text string) bool { return strings.EqualFold(text, "true") || text == "1" }
