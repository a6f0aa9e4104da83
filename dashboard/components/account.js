// Who is signed in. The button is a real form, so signing out works without any script of ours.

export default function ({ data, parentElement }) {
  parentElement.querySelector(".name").textContent = data.name;
  parentElement.querySelector(".roles").textContent = data.roles;
}
