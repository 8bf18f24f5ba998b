package autogestion

import "net/http"

const apiMax = 64 << 10

func (s *Service) serveAPI(mux *http.ServeMux) {}
