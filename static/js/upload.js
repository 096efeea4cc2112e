// A file goes up with its progress in sight. Where the page has a place for pieces, each is confirmed by the School:
// cut off, it waits and goes on from there by itself; after a reload the page says what has arrived, and it goes on when
// the same file is chosen again. The form does not leave while a file is on its way, so that no work goes without it.
{
  class Refusal extends Error {}

  for (const box of document.querySelectorAll('[data-upload]')) {
    const input = box.querySelector('input'), bar = box.querySelector('progress'), note = box.querySelector('[data-note]')
    const button = box.querySelector('button'), words = box.dataset
    const token = () => input.form.elements.csrf_token.value
    const tell = (message, no) => { note.textContent = message; note.classList.toggle('error', Boolean(no)) }
    const say = (text, percent) => text.replace('{percent}', percent)
    let busy = false

    const ask = async (address, method, body) => {
      const control = new AbortController(), watch = setTimeout(() => control.abort(), 60000)
      try {
        const answer = await fetch(address, { method, body, signal: control.signal, headers: { Accept: 'application/json', 'X-CSRFToken': token() } })
        if (answer.status >= 500) throw answer
        return { status: answer.status, ok: answer.ok, ...await answer.json() }
      } finally { clearTimeout(watch) }
    }
    const agreed = (answer) => { if (!answer.ok) throw new Refusal(answer.message); return answer }
    const mark = async (file) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    const online = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); addEventListener('online', resolve, { once: true }) })
    const percent = (file, received) => Math.floor(received * 100 / file.size)

    // From where it stopped to its end: what the School answers to a whole file. Throws a Refusal, or whatever a cut line throws.
    const through = async (file, sha256, arrived) => {
      const started = agreed(await ask(words.pieces, 'POST', new URLSearchParams({ name: file.name, size: file.size, sha256 })))
      if (started.html) return started
      let { received } = started
      arrived(received)
      while (received < file.size) {
        const piece = file.slice(received, received + started.piece)
        const answer = await ask(`${started.address}?desde=${received}`, 'PUT', piece)
        const now = answer.ok ? answer : agreed(await ask(started.address, 'GET'))
        if (!answer.ok && now.received === received) throw new Refusal(answer.message)
        received = now.received
        arrived(received)
      }
      const whole = await ask(started.finish, 'POST')
      if (!whole.ok) await ask(started.forget, 'POST') // its bytes are refused: they would be again
      return agreed(whole)
    }

    const inPieces = async (file) => {
      const sha256 = await mark(file)
      let received = 0, pause = 1
      const arrived = (bytes) => {
        received = bytes
        pause = 1
        bar.value = received / file.size
        tell('')
      }
      for (;;) {
        try {
          return await through(file, sha256, arrived)
        } catch (cut) {
          if (cut instanceof Refusal) throw cut
          tell(say(words.waiting, percent(file, received)), true)
          await online(pause = Math.min(pause * 2, 30))
        }
      }
    }

    const inOne = (file) => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest(), data = new FormData()
      let watch
      const stalled = () => { clearTimeout(watch); watch = setTimeout(() => request.abort(), 45000) }
      data.append('csrf_token', token())
      data.append('file', file)
      request.open('POST', button.formAction)
      request.setRequestHeader('Accept', 'application/json')
      request.responseType = 'json'
      request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; stalled() }
      request.onloadend = () => {
        clearTimeout(watch)
        const said = request.response
        if (said?.html) resolve(said)
        else reject(new Refusal(said?.message ?? words.failed))
      }
      stalled()
      request.send(data)
    })

    const send = async (event) => {
      const file = input.files[0]
      if (!file) return // without a file the form goes, and the School says what is missing
      event.preventDefault()
      if (busy) return
      if (file.size > words.upload) return tell(words.big, true)
      busy = true
      bar.value = 0
      bar.hidden = false
      tell('')
      try {
        const said = await (words.pieces && file.size && globalThis.crypto?.subtle ? inPieces : inOne)(file)
        tell(said.message)
        input.form.querySelector('[data-files]').innerHTML = said.html
        input.value = ''
      } catch (error) {
        tell(error instanceof Refusal ? error.message : words.failed, true)
      }
      bar.hidden = true
      busy = false
    }
    input.form.addEventListener('submit', (event) => {
      if (!busy || !words.busy) return
      event.preventDefault()
      tell(words.busy, true)
      input.focus()
    })
    input.addEventListener('change', send)
    button.addEventListener('click', send)
  }
}
