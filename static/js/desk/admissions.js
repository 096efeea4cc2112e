// A list that is too big is told before it is sent.
{
  for (const input of document.querySelectorAll('[data-roster]')) {
    const note = input.form.querySelector('[data-roster-note]')
    input.addEventListener('change', () => {
      const big = input.files[0]?.size > input.dataset.roster
      note.hidden = !big
      note.textContent = big ? input.dataset.big : ''
      input.setCustomValidity(note.textContent)
    })
  }
}
