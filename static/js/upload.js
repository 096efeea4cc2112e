// A file goes up with its progress in sight; cut off, it says so and can be sent again. The text of the page stays.
for (const box of document.querySelectorAll('[data-upload]')) {
  const input = box.querySelector('input'), bar = box.querySelector('progress'), note = box.querySelector('[data-note]')
  const button = box.querySelector('button')
  const tell = (message, no) => { bar.hidden = true; note.textContent = message; note.classList.toggle('error', no) }
  const send = (event) => {
    const file = input.files[0]
    if (!file) return // without a file the form goes, and the School says what is missing
    event.preventDefault()
    if (file.size > box.dataset.upload) return tell(box.dataset.big, true)
    const request = new XMLHttpRequest(), data = new FormData()
    let watch
    const stalled = () => { clearTimeout(watch); watch = setTimeout(() => request.abort(), 45000) }
    data.append('csrf_token', input.form.elements.csrf_token.value)
    data.append('file', file)
    request.open('POST', button.formAction)
    request.setRequestHeader('Accept', 'application/json')
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; stalled() }
    request.onloadend = () => {
      clearTimeout(watch)
      const said = request.response
      tell(said?.message ?? box.dataset.failed, !said?.html)
      if (!said?.html) return
      input.form.querySelector('[data-files]').innerHTML = said.html
      input.value = ''
    }
    tell('', false)
    bar.hidden = false
    stalled()
    request.send(data)
  }
  input.addEventListener('change', send)
  button.addEventListener('click', send)
}
