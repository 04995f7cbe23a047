package desk

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// attachment is a file. Made-up content is computed from the id when it is asked for.
type attachment struct {
	id         int64
	name, kind string
	data       []byte
	size       int64
	inline     bool
	token      string
	extra      map[string]json.RawMessage
}

// upload is a file, or several, waiting to be put on a comment.
type upload struct {
	files  []*attachment
	endsAt time.Time
}

// attach stores a file.
func (s *Server) attach(f File) *attachment {
	a := &attachment{
		id: f.ID, name: f.Name, kind: cmp.Or(f.Type, "application/octet-stream"), data: f.Data, size: f.Size, inline: f.Inline, extra: encoded(f.Fields),
	}
	if a.id == 0 {
		a.id = s.newID()
	}
	s.lastID = max(s.lastID, a.id)
	if a.data != nil {
		a.size = int64(len(a.data))
	}
	for _, links := range []string{"url", "content_url", "mapped_content_url"} {
		delete(a.extra, links)
	}
	a.token = fmt.Sprintf("file%x", a.id)
	s.attachments[a.id], s.fileTokens[a.token] = a, a
	return a
}

func (a *attachment) json(base string) any {
	content := fmt.Sprintf("%s/attachments/token/%s/?name=%s", base, a.token, url.QueryEscape(a.name))
	return overlaid(object{
		"url": fmt.Sprintf("%s/api/v2/attachments/%d.json", base, a.id), "id": a.id, "file_name": a.name, "content_url": content,
		"mapped_content_url": content, "content_type": a.kind, "size": a.size, "width": nil, "height": nil, "inline": a.inline,
		"deleted": false, "malware_access_override": false, "malware_scan_result": "malware_not_found", "thumbnails": []any{},
	}, a.extra)
}

func attachmentsJSON(list []*attachment, base string) []any {
	return rendered(list, func(a *attachment) any { return a.json(base) })
}

// writeTo sends the content without ever holding made-up bytes in memory.
func (a *attachment) writeTo(w io.Writer) {
	if a.data != nil {
		w.Write(a.data)
		return
	}
	block := []byte(strings.Repeat(fmt.Sprintf("attachment %d\n", a.id), 256))
	for left := a.size; left > 0; left -= int64(len(block)) {
		if _, err := w.Write(block[:min(left, int64(len(block)))]); err != nil {
			return
		}
	}
}

// WriteAttachment writes the content of an attachment, for tests that compare it. It says whether there is one.
func (s *Server) WriteAttachment(w io.Writer, id int64) bool {
	s.mu.Lock()
	a := s.attachments[id]
	s.mu.Unlock()
	if a != nil {
		a.writeTo(w)
	}
	return a != nil
}

// upload is POST /api/v2/uploads: raw bytes in, a token out that lives an hour.
func (s *Server) upload(q *question) *reply {
	name := q.URL.Query().Get("filename")
	if name == "" {
		return recordInvalid("filename", "Filename: cannot be blank")
	}
	token := q.URL.Query().Get("token")
	up := s.uploads[token]
	switch {
	case token == "":
		token, up = fmt.Sprintf("upload%x", s.newID()), &upload{endsAt: q.now.Add(time.Hour)}
		s.uploads[token] = up
	case up == nil || !q.now.Before(up.endsAt):
		return recordNotFound()
	}
	a := s.attach(File{Name: name, Type: q.Header.Get("Content-Type"), Data: append([]byte{}, q.body...)})
	up.files = append(up.files, a)
	out := &reply{status: 201, payload: object{"upload": object{
		"token": token, "expires_at": stamp(up.endsAt.Unix()), "attachment": a.json(q.base), "attachments": attachmentsJSON(up.files, q.base),
	}}}
	// The real answer claims to be plain text [O].
	return out.with("Content-Type", "text/plain; charset=utf-8").with("Location", fmt.Sprintf("%s/api/v2/attachments/%d.json", q.base, a.id))
}

func (s *Server) deleteUpload(q *question) *reply {
	if s.uploads[q.word] == nil {
		return recordNotFound()
	}
	delete(s.uploads, q.word)
	return &reply{status: http.StatusNoContent}
}

// redeem takes the files of upload tokens; each token works once.
func (s *Server) redeem(tokens json.RawMessage) ([]*attachment, *reply) {
	if len(tokens) == 0 {
		return nil, nil
	}
	var list []string
	if json.Unmarshal(tokens, &list) != nil {
		var one string
		if json.Unmarshal(tokens, &one) != nil {
			return nil, invalidValue("uploads must be tokens")
		}
		list = []string{one}
	}
	var files []*attachment
	for _, token := range list {
		up := s.uploads[token]
		if up == nil || !s.now().Before(up.endsAt) {
			return nil, recordInvalid("base", "Attachment upload token is invalid")
		}
		files = append(files, up.files...)
	}
	for _, token := range list {
		delete(s.uploads, token)
	}
	return slices.Clip(files), nil
}

func (s *Server) oneAttachment(q *question) *reply {
	a := s.attachments[q.id]
	if a == nil {
		return recordNotFound()
	}
	return ok(object{"attachment": a.json(q.base)})
}

// download is a content_url. It may send the caller on to another host.
func (s *Server) download(q *question) *reply {
	a := s.fileTokens[q.word]
	switch {
	case a == nil:
		return recordNotFound()
	case s.opt.PrivateAttachments && (q.caller == nil || !q.now.Before(q.caller.accessEnds)):
		return invalidToken()
	case s.opt.AttachmentURL != "":
		to := strings.TrimSuffix(s.opt.AttachmentURL, "/") + "/files/" + a.token
		return (&reply{status: http.StatusFound}).with("Location", to)
	}
	return sent(a)
}

// downloadElsewhere plays the storage host behind a redirect, which refuses a second kind of sign-in.
func (s *Server) downloadElsewhere(q *question) *reply {
	a := s.fileTokens[q.word]
	if a == nil {
		return recordNotFound()
	}
	if q.Header.Get("Authorization") != "" {
		return failure(http.StatusBadRequest, "InvalidArgument", "Only one auth mechanism allowed")
	}
	return sent(a)
}

func sent(a *attachment) *reply {
	out := &reply{status: http.StatusOK, stream: a.writeTo}
	return out.with("Content-Type", a.kind).with("Content-Length", strconv.FormatInt(a.size, 10)).
		with("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(a.name))
}
