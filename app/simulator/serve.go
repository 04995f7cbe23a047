package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Running is a world that listens. Stop it, or end the context it was started with.
type Running struct {
	Zendesk     string // such as http://127.0.0.1:4001
	ConnectWise string

	stop func() error
}

// Serve listens on both addresses; port 0 takes a free one. It fails if one of them cannot be had.
func (w *World) Serve(ctx context.Context, zendesk, connectwise string) (*Running, error) {
	desk, err := net.Listen("tcp", zendesk)
	if err != nil {
		return nil, fmt.Errorf("listen for zendesk: %w", err)
	}
	psa, err := net.Listen("tcp", connectwise)
	if err != nil {
		desk.Close()
		return nil, fmt.Errorf("listen for connectwise: %w", err)
	}
	lifetime, end := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	var servers []*http.Server
	for _, s := range []struct {
		on      net.Listener
		handler http.Handler
	}{{desk, w.DeskHandler()}, {psa, w.PSAHandler()}} {
		server := &http.Server{
			Handler: s.handler, ReadHeaderTimeout: 30 * time.Second,
			BaseContext: func(net.Listener) context.Context { return lifetime },
		}
		servers = append(servers, server)
		work.Go(func() { server.Serve(s.on) })
	}
	stop := sync.OnceValue(func() error {
		end() // ends stalls and latency at once
		var errs []error
		for _, s := range servers {
			errs = append(errs, s.Close())
		}
		work.Wait()
		return errors.Join(errs...)
	})
	release := context.AfterFunc(ctx, func() { stop() })
	return &Running{
		Zendesk: "http://" + desk.Addr().String(), ConnectWise: "http://" + psa.Addr().String(),
		stop: func() error { release(); return stop() },
	}, nil
}

// Stop closes both listeners and every connection, and waits. It may be called twice.
func (r *Running) Stop() error { return r.stop() }

// RequestCounts is what GET /simulator/requests answers.
type RequestCounts struct {
	Total  int            `json:"total"`
	Writes int            `json:"writes"`
	Routes map[string]int `json:"routes"` // by method and pattern
	Faults map[string]int `json:"faults"` // how often each has struck, on either service
}

func (w *World) deskRequests() RequestCounts {
	log := w.Desk.Requests()
	return RequestCounts{log.Total, log.Writes, log.Routes, w.faultCounts()}
}

func (w *World) psaRequests() RequestCounts {
	log := w.PSA.Counts()
	return RequestCounts{log.Total, log.Writes, log.ByRoute, w.faultCounts()}
}

func (w *World) faultCounts() map[string]int {
	out := map[string]int{}
	for name, n := range w.Faults.Fired() {
		out[string(name)] = n
	}
	return out
}

func writeJSON(out http.ResponseWriter, v any) {
	out.Header().Set("Content-Type", "application/json; charset=utf-8")
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	// An error here means the caller hung up; there is nobody left to tell.
	_ = encoder.Encode(v)
}
